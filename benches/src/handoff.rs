//! Workload: a baton goes back and forth between two participants through three locks.
//!
//! Each participant holds one lock and acquires the next one of the ring, which the other
//! holds; then it releases its older one, for which the other waits by then. So every acquire
//! but the first blocks until the other releases, and no word beside the locks is needed.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::crew::{self, Cores, Participant};
use crate::locks::BenchLock;
use crate::mapping::SharedBox;
use crate::spin::spin;

/// Hand-offs of each participant in one block.
pub const HOPS: usize = 128;

/// Is what the two participants share beside the locks.
#[derive(Debug)]
struct Ring<L> {
    locks: [L; 3],
    released: AtomicU64,
    one_way: [[AtomicU64; HOPS]; 2],
}

/// Says where the participants run and how long the holder keeps the other one waiting.
#[derive(Debug, Clone, Copy)]
pub struct Handoff {
    /// Core of each participant.
    pub cores: Cores,
    /// Iterations of work before each release: long enough, and the other one sleeps.
    pub before_release: u64,
}

impl Handoff {
    /// Runs one block and gives the round trips of the baton in nanoseconds: two hand-offs, each
    /// from just before a release to the return of the other's acquire. The holder's work is not
    /// in them.
    ///
    /// # Panics
    ///
    /// When a participant fails.
    pub fn run<L: BenchLock>(&self) -> Vec<f64> {
        let locks = [(); 3].map(|()| L::make());
        let one_way = [const { [const { AtomicU64::new(0) }; HOPS] }; 2];
        let ring = SharedBox::new(Ring { locks, released: AtomicU64::new(0), one_way });
        let body = |participant: &Participant<'_>| self.participate(&ring, participant);
        crew::run(L::BETWEEN, self.cores, body);
        let [there, back] = &ring.one_way;
        let trips = there.iter().zip(back).map(|(a, b)| a.load(Relaxed) + b.load(Relaxed));
        // The very first acquire of a block finds its lock free, and is not a hand-off.
        trips.skip(1).map(|trip| trip as f64).collect()
    }

    fn participate<L: BenchLock>(&self, ring: &Ring<L>, participant: &Participant<'_>) {
        let me = participant.me;
        let mut held = ring.locks[me].acquire();
        participant.start();
        for hop in 0..HOPS {
            let next = ring.locks[(me + hop + 1) % 3].acquire();
            let now = participant.nanos();
            // The locks order these accesses: only the holder of two locks comes here.
            ring.one_way[me][hop].store(now.saturating_sub(ring.released.load(Relaxed)), Relaxed);
            spin(self.before_release);
            ring.released.store(participant.nanos(), Relaxed);
            drop(std::mem::replace(&mut held, next));
        }
    }
}
