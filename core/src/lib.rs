#![doc = include_str!("../../README.md")]

#[cfg(not(forkstep_loom))]
pub(crate) mod sys;
#[cfg(forkstep_loom)]
pub mod sys;

mod deadline;
mod owner;
#[cfg(not(forkstep_loom))]
mod words;

mod region;

#[cfg(not(forkstep_loom))]
pub mod named;

mod eventcount;
mod lock;
mod record;

mod enter;
mod item;

pub mod dict;
mod queue;
pub mod value;

pub mod array;
mod joinable_queue;
mod list;
pub mod pipe;
mod simple_queue;

#[cfg(not(forkstep_loom))]
pub mod inspect;
#[cfg(not(forkstep_loom))]
pub mod process;

pub use array::Array;
pub use deadline::BACKSTOP;
pub use dict::{Dict, DictReadError, DictWriteError};
pub use joinable_queue::{
    Builder as JoinableQueueBuilder, DeadLetter, Holding, JoinError, JoinableQueue, Joined, Lease,
    TaskDoneError, Unfinished,
};
pub use list::List;
pub use lock::{AcquireError, AcquireTimeoutError, Guard, Lock, OwnerDiedGuard, TryAcquireError};
#[cfg(not(forkstep_loom))]
pub use named::{NameError, Named};
pub use owner::OwnerId;
#[cfg(not(forkstep_loom))]
pub use process::Process;
pub use queue::{Drain, GetError, PutError, PutManyError, Queue};
pub use region::{Offset, OffsetError, Region, RegionError, Shared};
pub use simple_queue::SimpleQueue;
pub use value::Value;

/// Words in a [`Region`] that several processes may use at once.
pub mod atomic {
    pub use crate::sys::{AtomicU32, AtomicU64, Ordering, fence};
}

/// Plain memory that a lock guards.
pub mod cell {
    pub use crate::sys::UnsafeCell;
}
