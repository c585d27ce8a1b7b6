//! Workload of lesson L11: tasks of a known length, of which a share needs the lock.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::contest::raise;
use crate::crew::{self, Between, Participant, TWO_CORES};
use crate::locks::BenchLock;
use crate::mapping::{Apart, SharedBox};
use crate::paired::Figure;
use crate::spin::spin;

/// Number of ticket classes.
pub const CLASSES: usize = 4;

/// Says what is serial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The second process starts when the first one has ended, and no lock is needed.
    Join,
    /// One lock around every whole task.
    Coarse,
    /// One lock around the share that needs it.
    Fine,
    /// One lock for each class of tickets, around the share that needs it.
    PerClass,
}

/// Says how many tasks there are, and how long one lasts.
#[derive(Debug, Clone, Copy)]
pub struct Tasks {
    /// Tasks of each of the two processes.
    pub each: u64,
    /// Iterations of work in one task.
    pub work: u64,
}

/// Is what the two processes share.
#[derive(Debug)]
struct Till<L> {
    locks: [L; CLASSES],
    sold: [Apart<AtomicU64>; CLASSES],
    first_ended: AtomicBool,
}

impl Tasks {
    /// Lets two processes do all tasks, with `share` (0 to 1) of each task in need of the lock,
    /// and gives tasks per second.
    ///
    /// # Panics
    ///
    /// When a task is missing from the counters, or when a process fails.
    pub fn run<L: BenchLock>(&self, way: Way, share: f64) -> Figure {
        assert_eq!(L::BETWEEN, Between::Processes, "this lesson is about processes");
        let till = SharedBox::new(Till {
            locks: std::array::from_fn(|_| L::make()),
            sold: Default::default(),
            first_ended: AtomicBool::new(false),
        });
        let body = |participant: &Participant<'_>| {
            participant.start();
            self.participate(&till, way, share, participant.me);
        };
        let run = crew::run(Between::Processes, TWO_CORES, body);
        self.check(&till);
        let value = (2 * self.each) as f64 / run.wall.as_secs_f64();
        Figure { value, waited: run.waited }
    }

    fn participate<L: BenchLock>(&self, till: &Till<L>, way: Way, share: f64, me: usize) {
        let inside = (self.work as f64 * share).round() as u64;
        let outside = self.work - inside;
        while way == Way::Join && me == 1 && !till.first_ended.load(Ordering::Acquire) {
            std::hint::spin_loop();
        }
        for task in 0..self.each {
            let class = class_of(me, task);
            let sell = |work: u64| {
                spin(work);
                raise(&till.sold[class].0);
            };
            match way {
                Way::Join => sell(self.work),
                Way::Coarse => till.locks[0].with(|| sell(self.work)),
                Way::Fine => {
                    spin(outside);
                    till.locks[0].with(|| sell(inside));
                }
                Way::PerClass => {
                    spin(outside);
                    till.locks[class].with(|| sell(inside));
                }
            }
        }
        if me == 0 {
            till.first_ended.store(true, Ordering::Release);
        }
    }

    fn check<L>(&self, till: &Till<L>) {
        let mut expected = [0; CLASSES];
        for me in 0..2 {
            (0..self.each).for_each(|task| expected[class_of(me, task)] += 1);
        }
        let sold = till.sold.each_ref().map(|counter| counter.0.load(Ordering::Relaxed));
        assert_eq!(sold, expected, "a task is missing, or an update was lost");
    }
}

/// Spreads the tasks over the classes, for each process in an order of its own.
fn class_of(me: usize, task: u64) -> usize {
    let mixed = (2 * task + me as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    ((mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 62) as usize
}

/// Amdahl's speed-up on two processors: nothing goes on beside the serial share.
pub fn amdahl(share: f64) -> f64 {
    1.0 / (share + (1.0 - share) / 2.0)
}

/// Speed-up that one lock allows on two processors: one works outside while the other one
/// holds it, so only the lock itself (busy for `share` of each task) or the processors limit.
pub fn one_lock_bound(share: f64) -> f64 {
    (1.0 / share).min(2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_meet_where_all_or_nothing_is_serial() {
        assert_eq!((amdahl(0.0), one_lock_bound(0.0)), (2.0, 2.0));
        assert_eq!((amdahl(1.0), one_lock_bound(1.0)), (1.0, 1.0));
        assert!(amdahl(0.5) < one_lock_bound(0.5));
    }

    #[test]
    fn every_class_gets_about_its_part_of_the_tasks() {
        for me in 0..2 {
            let mut tasks = [0; CLASSES];
            (0..4000).for_each(|task| tasks[class_of(me, task)] += 1);
            assert!(tasks.iter().all(|n| (900..1100).contains(n)), "{tasks:?}");
        }
    }
}
