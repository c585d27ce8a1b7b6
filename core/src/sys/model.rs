//! The seam as a model: loom explores the interleavings, the kernel is an object of ours.
//!
//! Built only by the package `forkstep-model`. The checks use [`Plan`], [`start`], [`participant`]
//! and [`finish`] to say who runs, what goes wrong where, and to read what happened.
//!
//! Limits that come from loom 0.7.2: SeqCst accesses are treated as AcqRel (only `fence(SeqCst)`
//! is one), no load buffering, at most 5 threads, a history of 7 stores a word, and a word must
//! either have a single writer at a time or be changed by read-modify-writes only.

mod atomic;
mod bytes;
mod cell;
mod futex;
mod kernel;
pub(crate) mod life;
mod memory;
mod patience;
mod plan;
pub mod robust;
pub(crate) mod thread;
mod trace;

pub(crate) use atomic::fence_after_rmw;
pub use atomic::{AtomicU32, AtomicU64, fence};
pub(crate) use bytes::Bytes;
pub use cell::UnsafeCell;
pub(crate) use futex::futex_wake;
pub use futex::{futex_wait, futex_wake_all, futex_wake_one};
pub(crate) use kernel::now;
pub use kernel::{Ended, finish, note, participant, start, trace_so_far};
pub(crate) use memory::Mapping;
pub(crate) use patience::Patience;
pub use plan::{Crash, Cure, Plan, Run, WaitFault};
pub use thread::{aborted, set_aborted, unwinding, yield_now};
pub use trace::{Event, What};

/// Looking again without sleeping is one more turn of the same loop: no new outcome, many more
/// interleavings.
pub(crate) const SPIN_LOOKS: &[u32] = &[];

/// Nothing to tell a model.
pub(crate) fn spin(_pauses: u32) {}
