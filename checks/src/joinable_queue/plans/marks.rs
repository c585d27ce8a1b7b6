//! Marks on tasks by name, so that whoever joins can see what has become of those that it waited
//! for.

#![allow(unsafe_code, reason = "declares a type that may live in a region")]

use forkstep::Shared;
use forkstep::atomic::AtomicU64;

use crate::plans::board::{ATTEMPTS, read, write};
use crate::plans::item::Name;

/// The most producers that a plan has.
const PRODUCERS: usize = 3;
const TASKS: usize = PRODUCERS * ATTEMPTS;

/// One word for each task, which has one writer at a time.
#[repr(C)]
#[derive(Debug)]
pub(super) struct Marks([AtomicU64; TASKS]);

/// The marks of one execution.
#[repr(C)]
#[derive(Debug, Default)]
pub(super) struct MarkedTasks {
    /// Their put has returned.
    pub(super) put: Marks,
    /// Somebody was about to say that they are done, and nobody has got them since.
    pub(super) finishing: Marks,
    /// A join, or a get that says closed, should have waited for them, if they are not dead
    /// letters.
    pub(super) passed_over: Marks,
}

// SAFETY: atomic words only, of which any value is valid; dropping them does nothing.
unsafe impl Shared for MarkedTasks {}

impl Default for Marks {
    fn default() -> Self {
        Self([const { AtomicU64::new(0) }; TASKS])
    }
}

impl Marks {
    fn word(&self, name: Name) -> &AtomicU64 {
        &self.0[usize::from(name.producer) * ATTEMPTS + usize::from(name.number)]
    }

    pub(super) fn set(&self, name: Name) {
        write(self.word(name), 1);
    }

    pub(super) fn unset(&self, name: Name) {
        write(self.word(name), 0);
    }

    pub(super) fn has(&self, name: Name) -> bool {
        read(self.word(name)) != 0
    }
}

/// The marks of one kind at one moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Snapshot([bool; TASKS]);

impl Snapshot {
    pub(super) fn of(marks: &Marks) -> Self {
        Self(marks.0.each_ref().map(|word| read(word) != 0))
    }

    pub(super) fn count(&self) -> u64 {
        self.0.iter().map(|marked| u64::from(*marked)).sum()
    }
}

impl MarkedTasks {
    /// Notes that a join, or a get that says closed, has returned that had these to wait for.
    pub(super) fn ended(&self, waited_for: &Snapshot) {
        for (task, waited_for) in waited_for.0.iter().enumerate() {
            if *waited_for && read(&self.finishing.0[task]) == 0 {
                write(&self.passed_over.0[task], 1);
            }
        }
    }
}
