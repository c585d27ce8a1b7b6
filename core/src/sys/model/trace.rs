//! What happened in an execution, step by step: the raw material of a timeline.

use std::panic::Location;

/// One event of an execution.
#[derive(Clone, Debug)]
pub struct Event {
    /// Who acted; `None` is the set-up or the final check.
    pub participant: Option<usize>,
    /// What it did.
    pub what: What,
    /// Where in the source.
    pub at: &'static Location<'static>,
}

/// What an event was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A load and the value read.
    Load {
        /// Name of the word.
        word: &'static str,
        /// What was read.
        value: u64,
    },
    /// A store, or a read-modify-write that wrote.
    Write {
        /// Name of the word.
        word: &'static str,
        /// What it held.
        old: u64,
        /// What it holds now.
        new: u64,
    },
    /// A compare-and-exchange that found another value.
    Refused {
        /// Name of the word.
        word: &'static str,
        /// What was found.
        value: u64,
    },
    /// A read of plain shared memory.
    ReadCell {
        /// Name of the cell.
        cell: &'static str,
    },
    /// A write of plain shared memory.
    WriteCell {
        /// Name of the cell.
        cell: &'static str,
    },
    /// A futex wait went to sleep.
    Sleep {
        /// Name of the futex word.
        word: &'static str,
    },
    /// A futex wait returned.
    Return {
        /// Name of the futex word.
        word: &'static str,
        /// How it ended.
        outcome: crate::sys::WaitOutcome,
    },
    /// A futex wake.
    Wake {
        /// Name of the futex word.
        word: &'static str,
        /// How many it woke.
        woken: usize,
    },
    /// A step on the robust list.
    Robust {
        /// What was done.
        step: &'static str,
    },
    /// A step on a life line.
    Life {
        /// What was done, or seen.
        step: &'static str,
    },
    /// The participant died.
    Crash,
    /// The participant ended in an orderly way.
    End,
    /// A remark of the scenario.
    Note(String),
}
