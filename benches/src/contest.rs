//! Workload: two participants raise one counter, as often as they can, under one lock.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crate::locks::BenchLock;
use crate::mapping::{Apart, SharedBox};
use crate::pair::{self, Start, TWO_CORES};
use crate::spin::spin;

/// Is what the two participants share beside the lock.
#[derive(Debug, Default)]
struct Field {
    start: Start,
    stop: Apart<AtomicBool>,
    counter: Apart<AtomicU64>,
    sides: [Apart<Side>; 2],
}

/// Is what one participant reports, in nanoseconds since one common instant.
#[derive(Debug, Default)]
struct Side {
    operations: AtomicU64,
    began: AtomicU64,
    ended: AtomicU64,
}

/// Says how long the participants contend, and what they do between two operations.
#[derive(Debug, Clone, Copy)]
pub struct Contest {
    /// How long both go on. The time is fixed and not the number of operations, because the
    /// slower one would finish alone, with a free lock.
    pub time: Duration,
    /// Iterations of work outside the lock after each operation.
    pub outside: u64,
}

/// Says how a contest went.
#[derive(Debug, Clone, Copy)]
pub struct Outcome {
    /// Wall time over all operations of both.
    pub ns_per_operation: f64,
    /// Part of all operations that the slower participant did: 0.5 is fair, 0 is starvation.
    pub slower_share: f64,
}

impl Contest {
    /// Runs one block, each participant on a core of its own.
    ///
    /// # Panics
    ///
    /// When an update of the counter was lost, or when a participant fails.
    pub fn run<L: BenchLock>(&self, lock: &L) -> Outcome {
        let field = SharedBox::new(Field::default());
        let epoch = Instant::now();
        pair::run(L::BETWEEN, TWO_CORES, |me| self.participate(lock, &field, epoch, me));
        field.outcome()
    }

    fn participate<L: BenchLock>(&self, lock: &L, field: &Field, epoch: Instant, me: usize) {
        let nanos = || epoch.elapsed().as_nanos() as u64;
        let side = &field.sides[me].0;
        field.start.wait();
        let began = nanos();
        let mut operations = 0;
        while !field.stop.0.load(Relaxed) {
            lock.with(|| raise(&field.counter.0));
            spin(self.outside);
            operations += 1;
            // One participant watches the clock, and seldom, to keep it out of the figure.
            if me == 0 && operations % 64 == 0 && nanos() - began > self.time.as_nanos() as u64 {
                field.stop.0.store(true, Relaxed);
            }
        }
        side.operations.store(operations, Relaxed);
        side.began.store(began, Relaxed);
        side.ended.store(nanos(), Relaxed);
    }
}

impl Field {
    fn outcome(&self) -> Outcome {
        let [a, b] = &self.sides;
        let of = |word: fn(&Side) -> &AtomicU64| [word(&a.0), word(&b.0)].map(|w| w.load(Relaxed));
        let operations = of(|side| &side.operations);
        let all = operations[0] + operations[1];
        assert_eq!(self.counter.0.load(Relaxed), all, "an update of the counter was lost");
        let [began, ended] = [of(|side| &side.began), of(|side| &side.ended)];
        let wall = ended[0].max(ended[1]) - began[0].min(began[1]);
        Outcome {
            ns_per_operation: wall as f64 / all as f64,
            slower_share: operations[0].min(operations[1]) as f64 / all as f64,
        }
    }
}

/// Adds one by a load and a store, so that two participants inside the lock lose an update.
#[inline]
pub fn raise(counter: &AtomicU64) {
    counter.store(counter.load(Relaxed) + 1, Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(counter: u64, operations: [u64; 2]) -> Field {
        let field = Field::default();
        field.counter.0.store(counter, Relaxed);
        for (side, operations) in field.sides.iter().zip(operations) {
            side.0.operations.store(operations, Relaxed);
            side.0.ended.store(1000, Relaxed);
        }
        field
    }

    #[test]
    fn an_outcome_counts_the_operations_of_both() {
        let outcome = field(100, [25, 75]).outcome();
        assert_eq!((outcome.ns_per_operation, outcome.slower_share), (10.0, 0.25));
    }

    #[test]
    #[should_panic(expected = "an update of the counter was lost")]
    fn a_lost_update_is_noticed() {
        field(99, [25, 75]).outcome();
    }
}
