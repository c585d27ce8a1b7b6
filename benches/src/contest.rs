//! Workload: two participants raise one counter, as often as they can, under one lock.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::crew::{self, Participant, Run, TWO_CORES};
use crate::locks::BenchLock;
use crate::mapping::{Apart, SharedBox};
use crate::paired::Figure;
use crate::spin::spin;

/// Is what the two participants share beside the lock.
#[derive(Debug, Default)]
struct Field {
    stop: Apart<AtomicBool>,
    counter: Apart<AtomicU64>,
    operations: [Apart<AtomicU64>; 2],
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
    pub figure: Figure,
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
        let body = |participant: &Participant<'_>| self.participate(lock, &field, participant);
        let run = crew::run(L::BETWEEN, TWO_CORES, body);
        field.outcome(run)
    }

    fn participate<L: BenchLock>(&self, lock: &L, field: &Field, participant: &Participant<'_>) {
        let watches_clock = participant.me == 0;
        participant.start();
        let end = participant.nanos() + self.time.as_nanos() as u64;
        let mut operations = 0;
        while !field.stop.0.load(Relaxed) {
            lock.with(|| raise(&field.counter.0));
            spin(self.outside);
            operations += 1;
            // One participant watches the clock, and seldom, to keep it out of the figure.
            if watches_clock && operations % 64 == 0 && participant.nanos() > end {
                field.stop.0.store(true, Relaxed);
            }
        }
        field.operations[participant.me].0.store(operations, Relaxed);
    }
}

impl Field {
    fn outcome(&self, run: Run) -> Outcome {
        let [a, b] = self.operations.each_ref().map(|side| side.0.load(Relaxed));
        assert_eq!(self.counter.0.load(Relaxed), a + b, "an update of the counter was lost");
        let value = run.wall.as_nanos() as f64 / (a + b) as f64;
        Outcome {
            figure: Figure { value, waited: run.waited },
            slower_share: a.min(b) as f64 / (a + b) as f64,
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

    const RUN: Run = Run { wall: Duration::from_nanos(1000), waited: 0.0 };

    fn field(counter: u64, operations: [u64; 2]) -> Field {
        let field = Field::default();
        field.counter.0.store(counter, Relaxed);
        for (side, operations) in field.operations.iter().zip(operations) {
            side.0.store(operations, Relaxed);
        }
        field
    }

    #[test]
    fn an_outcome_counts_the_operations_of_both() {
        let outcome = field(100, [25, 75]).outcome(RUN);
        assert_eq!((outcome.figure.value, outcome.slower_share), (10.0, 0.25));
    }

    #[test]
    #[should_panic(expected = "an update of the counter was lost")]
    fn a_lost_update_is_noticed() {
        field(99, [25, 75]).outcome(RUN);
    }
}
