//! Marks on tasks by name, so that whoever joins can see what has become of those that it waited
//! for.

#![allow(unsafe_code, reason = "declares a type that may live in a region")]

use forkstep::Shared;
use forkstep::atomic::{AtomicU64, Ordering};

use crate::plans::board::{ATTEMPTS, read};
use crate::plans::item::Name;

/// The most producers that a plan has.
const PRODUCERS: usize = 3;
const WORDS: usize = (PRODUCERS * ATTEMPTS).div_ceil(64);

/// One bit for each task.
#[repr(C)]
#[derive(Debug, Default)]
pub(super) struct Marks([AtomicU64; WORDS]);

/// The marks of one execution.
#[repr(C)]
#[derive(Debug, Default)]
pub(super) struct MarkedTasks {
    /// Their put has returned.
    pub(super) put: Marks,
    /// Somebody was about to say that they are done, and nobody has got them since.
    pub(super) finishing: Marks,
    /// A join returned that should have waited for them, if they are not dead letters.
    pub(super) passed_over: Marks,
}

// SAFETY: atomic words only, of which any value is valid; dropping them does nothing.
unsafe impl Shared for MarkedTasks {}

impl Marks {
    fn place(name: Name) -> (usize, u64) {
        let at = usize::from(name.producer) * ATTEMPTS + usize::from(name.number);
        (at / 64, 1 << (at % 64))
    }

    pub(super) fn set(&self, name: Name) {
        let (word, bit) = Self::place(name);
        self.0[word].fetch_or(bit, Ordering::Release);
    }

    pub(super) fn unset(&self, name: Name) {
        let (word, bit) = Self::place(name);
        self.0[word].fetch_and(!bit, Ordering::Release);
    }

    pub(super) fn has(&self, name: Name) -> bool {
        let (word, bit) = Self::place(name);
        read(&self.0[word]) & bit != 0
    }
}

/// The marks of one kind at one moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Snapshot([u64; WORDS]);

impl Snapshot {
    pub(super) fn of(marks: &Marks) -> Self {
        Self(marks.0.each_ref().map(read))
    }

    pub(super) fn count(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }
}

impl MarkedTasks {
    /// Notes that a join has returned that had these to wait for.
    pub(super) fn joined(&self, waited_for: &Snapshot) {
        let finishing = Snapshot::of(&self.finishing);
        for (word, passed_over) in self.passed_over.0.iter().enumerate() {
            passed_over.fetch_or(waited_for.0[word] & !finishing.0[word], Ordering::Release);
        }
    }
}
