//! Workload: producers put numbered items into one queue, and consumers get them.

use std::slice;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::crew::{Cores, MOST, Participant};
use crate::mapping::{Apart, SharedBox};
use crate::paired::{Figure, fit};
use crate::queues::{BenchQueue, write_stamp};
use crate::shared_by::SharedBy;

/// The items of each producer and of each consumer are a multiple of this, so that items may go
/// in batches of this size.
pub const BATCH: u64 = 64;

/// Says who takes part: producers first, then consumers, on cores 0 and 1 in turn.
///
/// As many items as the queue holds go through it before time counts: a participant touches its
/// memory for the first time, and a process has page faults then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    /// Processes or threads that put.
    pub producers: usize,
    /// Processes or threads that get.
    pub consumers: usize,
    /// Items that the queue is made for.
    pub capacity: usize,
}

/// Is what one consumer writes at its end.
#[derive(Debug, Default)]
struct Tally {
    items: AtomicU64,
    sum: AtomicU64,
}

/// Sees the items of one consumer go by.
#[derive(Debug, Default)]
struct Check {
    newest: [u64; MOST],
    items: u64,
    sum: u64,
}

impl Flow {
    /// Sends at least `items` items through an empty queue and gives nanoseconds per item.
    ///
    /// # Panics
    ///
    /// When an item is lost, comes twice or out of its producer's order, or when a participant
    /// fails.
    pub fn run<const N: usize, Q: BenchQueue<N>>(self, queue: &Q, items: u64) -> Figure {
        let [warm_up, items] = [self.capacity as u64, items].map(|items| self.rounded(items));
        let tallies = SharedBox::new(<[Apart<Tally>; MOST]>::default());
        let body = |queues: &[Q], participant: &Participant<'_>| {
            let me = participant.me;
            let each = |all: usize| [warm_up, items].map(|items| items / all as u64);
            if me < self.producers {
                produce(&queues[0], each(self.producers), participant);
            } else {
                let check = consume(&queues[0], each(self.consumers), participant);
                check.write(&tallies[me - self.producers].0);
            }
        };
        let cores = self.cores();
        let run = Q::Shared::run(slice::from_ref(queue), cores, body);
        self.check(warm_up + items, &tallies);
        // Participants that share a core wait for each other, which is no disturbance.
        let waited = if cores.are_shared() { 0.0 } else { run.waited };
        Figure { value: run.wall.as_nanos() as f64 / items as f64, waited }
    }

    /// Finds how many items fill a block.
    pub fn fit<const N: usize, Q: BenchQueue<N>>(self, queue: &Q) -> u64 {
        fit(self.rounded(1), |items| self.run(queue, items))
    }

    /// Rounds up to what all participants can share out.
    fn rounded(self, items: u64) -> u64 {
        items.next_multiple_of(BATCH * (self.producers * self.consumers) as u64)
    }

    fn cores(self) -> Cores {
        Cores::in_turn(self.producers + self.consumers)
    }

    fn check(self, items: u64, tallies: &[Apart<Tally>; MOST]) {
        let total = |of: fn(&Tally) -> &AtomicU64| -> u64 {
            tallies.iter().map(|tally| of(&tally.0).load(Relaxed)).sum()
        };
        assert_eq!(total(|tally| &tally.items), items, "as many items got as put");
        let each = items / self.producers as u64;
        let put: u64 = (0..self.producers)
            .map(|producer| (1..=each).map(|number| stamp(producer, number)).sum::<u64>())
            .sum();
        assert_eq!(total(|tally| &tally.sum), put, "the items got are those put");
    }
}

/// Gives an item its producer and its number, which starts at 1.
fn stamp(producer: usize, number: u64) -> u64 {
    number * MOST as u64 + producer as u64
}

fn produce<const N: usize, Q: BenchQueue<N>>(
    queue: &Q,
    [warm_up, items]: [u64; 2],
    participant: &Participant<'_>,
) {
    let mut item = Box::new([0; N]);
    let mut put = queue.putter();
    for number in 1..=warm_up + items {
        if number == warm_up + 1 {
            participant.start();
        }
        write_stamp(&mut *item, stamp(participant.me, number));
        put(&item);
    }
    queue.join();
    // Dropping what puts does not count.
    participant.stop();
}

fn consume<const N: usize, Q: BenchQueue<N>>(
    queue: &Q,
    [warm_up, items]: [u64; 2],
    participant: &Participant<'_>,
) -> Check {
    let mut room = Box::new([0; N]);
    let mut get = queue.getter();
    let mut check = Check::default();
    for number in 1..=warm_up + items {
        if number == warm_up + 1 {
            participant.start();
        }
        check.see(get(&mut room));
    }
    participant.stop();
    check
}

impl Check {
    #[inline]
    fn see(&mut self, stamp: u64) {
        let newest = &mut self.newest[stamp as usize % MOST];
        assert!(stamp > *newest, "an item of a producer came twice or too late");
        *newest = stamp;
        self.items += 1;
        self.sum += stamp;
    }

    fn write(&self, tally: &Tally) {
        tally.items.store(self.items, Relaxed);
        tally.sum.store(self.sum, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queues::Crossbeam;

    const FLOW: Flow = Flow { producers: 2, consumers: 2, capacity: 3 };

    fn tallies(seen: [(u64, u64); 2]) -> [Apart<Tally>; MOST] {
        let tallies = <[Apart<Tally>; MOST]>::default();
        for (tally, (items, sum)) in tallies.iter().zip(seen) {
            tally.0.items.store(items, Relaxed);
            tally.0.sum.store(sum, Relaxed);
        }
        tallies
    }

    #[test]
    fn all_items_arrive() {
        let queue = <Crossbeam<u64> as BenchQueue<8>>::make(3).expect("a channel");
        let figure = FLOW.run::<8, _>(&queue, 1);
        assert!(figure.value > 0.0);
    }

    #[test]
    fn items_are_shared_out_in_batches() {
        assert_eq!((FLOW.rounded(1), FLOW.rounded(257)), (256, 512));
    }

    #[test]
    fn the_consumers_together_got_all() {
        // Numbers 1 and 2 of producers 0 and 1: stamps 8, 16, 9, 17.
        FLOW.check(4, &tallies([(3, 33), (1, 17)]));
    }

    #[test]
    #[should_panic(expected = "as many items got as put")]
    fn a_lost_item_is_noticed() {
        FLOW.check(4, &tallies([(3, 33), (0, 0)]));
    }

    #[test]
    #[should_panic(expected = "the items got are those put")]
    fn a_wrong_item_is_noticed() {
        FLOW.check(4, &tallies([(3, 33), (1, 16)]));
    }

    #[test]
    #[should_panic(expected = "came twice or too late")]
    fn a_wrong_order_is_noticed() {
        let mut check = Check::default();
        [(1, 1), (0, 1), (1, 2), (0, 1)].into_iter().for_each(|(p, n)| check.see(stamp(p, n)));
    }
}
