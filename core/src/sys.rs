//! The seam: the only door to atomics, cells, futexes, robust lists, memory, clocks and identity.
//!
//! Two implementations with the same names and the same contract: `os` is the real machine,
//! `model` is loom with a model of the kernel. `cfg(forkstep_loom)` picks one; the package
//! `forkstep-model` sets it for itself, so both are built by every `cargo test`.
//!
//! | name | contract |
//! |---|---|
//! | [`AtomicU32`], [`AtomicU64`], [`fence`] | as `std::sync::atomic`; `named` gives the word a name that only the model keeps |
//! | `fence_after_rmw` | a full fence, if what this thread did last was a read-modify-write |
//! | [`UnsafeCell`] | plain shared memory, reached through `with` and `with_mut`; the model finds data races on it |
//! | [`futex_wait`] | compares and sleeps in one atomic step, never past `until`; may return early for no reason; a return orders nothing |
//! | `futex_wake_one`, `futex_wake_all` | wake sleepers of a process-shared word; say how many |
//! | `futex_wake` | wakes at most so many of them |
//! | `Bytes` | plain bytes in a region, copied in and out under a lock |
//! | `robust` | this thread's robust list: what the kernel walks when the thread dies |
//! | `life` | a line that processes hold: a `Hold` ends when it is closed or dropped or its process ends, and a fork copies it; `Watch::is_gone` says whether nobody holds the line any more, and then shows all that its holders did |
//! | `Mapping` | zeroed shared memory, kept at one address until dropped |
//! | `shared_file` | files of shared memory that have names; the model has none |
//! | `now` | nanoseconds on CLOCK_MONOTONIC |
//! | `thread` | who runs, whether a panic is being unwound, and whether there is a thread of some number |
//! | `spin`, `SPIN_LOOKS` | so many pauses; how many before each look for a free lock, before sleeping |
//! | `Patience` | looks for a change for a short while, before sleeping |
//!
//! Every call of an atomic, a cell, a futex or the robust list is one *shared step*: the model can
//! crash the participant in front of it.

pub use std::sync::atomic::Ordering;

#[cfg(not(forkstep_loom))]
mod os;
#[cfg(not(forkstep_loom))]
pub use os::{AtomicU32, AtomicU64, UnsafeCell, fence};
#[cfg(not(forkstep_loom))]
pub(crate) use os::{
    Bytes, Mapping, Patience, SPIN_LOOKS, fence_after_rmw, futex_wait, futex_wake, futex_wake_all,
    futex_wake_one, life, now, robust, spin, thread,
};
#[cfg(not(forkstep_loom))]
pub(crate) use os::{process, shared_file};

#[cfg(forkstep_loom)]
pub mod model;
#[cfg(forkstep_loom)]
pub use model::{
    AtomicU32, AtomicU64, UnsafeCell, fence, futex_wait, futex_wake_all, futex_wake_one, robust,
};
#[cfg(forkstep_loom)]
pub(crate) use model::{
    Bytes, Mapping, Patience, SPIN_LOOKS, fence_after_rmw, futex_wake, life, now, spin, thread,
};

/// How a [`futex_wait`] ended.
#[cfg_attr(not(forkstep_loom), expect(unreachable_pub, reason = "public in the model only"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitOutcome {
    /// A wake reached this waiter.
    Woken,
    /// The word did not hold the expected value: the caller never slept.
    Mismatch,
    /// The sleep ended for no reason, or by a signal.
    Interrupted,
    /// The time given as `until` passed and no wake reached this waiter.
    TimedOut,
}

/// The time at which a [`futex_wait`] gives up, and why it would.
#[cfg_attr(not(forkstep_loom), expect(unreachable_pub, reason = "public in the model only"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Until {
    /// Nanoseconds on CLOCK_MONOTONIC.
    pub ns: u64,
    /// True for the backstop, which a model without crashes may switch off; false for a deadline
    /// that the caller asked for.
    pub backstop: bool,
}

/// Why memory could not be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MappingError {
    /// The machine has less than that to give.
    NoMemory,
    /// A system call failed for another reason.
    #[cfg_attr(forkstep_loom, expect(dead_code, reason = "the model makes no system calls"))]
    Os {
        /// The system call.
        call: &'static str,
        /// Its error number.
        errno: i32,
    },
}

/// What is wrong with a file of shared memory, or with its name.
#[cfg(not(forkstep_loom))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileError {
    /// Another file has the name.
    Exists,
    /// No file has the name.
    Missing,
    /// What has the name is no file.
    NotAFile,
    /// A system call failed for another reason.
    Os {
        /// The system call.
        call: &'static str,
        /// Its error number.
        errno: i32,
    },
}

/// A system call that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CallError {
    /// The system call.
    pub(crate) call: &'static str,
    /// Its error number.
    pub(crate) errno: i32,
}
