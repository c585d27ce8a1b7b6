//! Workload: one item goes to and fro between two participants through two queues.

use crate::crew::TWO_CORES;
use crate::paired::{Candidate, Figure, fit};
use crate::queues::BenchQueue;
use crate::shared_by::SharedBy;

/// Makes a candidate that sends one number to and fro.
///
/// # Errors
///
/// Why the queues cannot be had.
pub fn candidate<'a, Q: BenchQueue<8> + 'a>(capacity: usize) -> Result<Candidate<'a>, String> {
    let queues = [Q::make(capacity)?, Q::make(capacity)?];
    let trips = fit(16, |trips| block(&queues, trips));
    Ok(Candidate::new(queues[0].label(), move || block(&queues, trips)))
}

/// Gives nanoseconds per round trip.
///
/// # Panics
///
/// When the item comes back as another one, or when a participant fails.
fn block<Q: BenchQueue<8>>(queues: &[Q; 2], trips: u64) -> Figure {
    let run = Q::Shared::run(queues, TWO_CORES, |queues, participant| {
        let (to, from) = (&queues[participant.me], &queues[1 - participant.me]);
        let (mut put, mut get, mut room) = (to.putter(), from.getter(), [0; 8]);
        participant.start();
        for trip in 0..trips {
            if participant.me == 0 {
                put(&trip.to_le_bytes());
            }
            assert_eq!(get(&mut room), trip, "the item comes as it went");
            if participant.me == 1 {
                put(&trip.to_le_bytes());
            }
        }
    });
    Figure { value: run.wall.as_nanos() as f64 / trips as f64, waited: run.waited }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queues::SyncChannel;

    #[test]
    fn items_come_back() {
        let queues = [(); 2].map(|()| <SyncChannel<u64> as BenchQueue<8>>::make(4));
        let figure = block(&queues.map(|queue| queue.expect("a channel")), 10);
        assert!(figure.value > 0.0);
    }
}
