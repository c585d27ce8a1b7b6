//! A bounded queue between processes: first in, first out, over all producers.
//!
//! # What lies in shared memory
//!
//! Two robust locks, one for each side; `tail` says where the next item is put, `head` where the
//! next is got; a ring of bytes. Records stand in the ring one after the other: 8 bytes of length,
//! the item, padding to 8.
//!
//! # Invariants
//!
//! 1. `tail` is moved under the producers' lock, `head` under the consumers'; `head` never passes
//!    `tail`, and `tail` is never further ahead than the queue has room, in items and in bytes.
//! 2. A put writes only bytes between the end of the last committed record and the start of the
//!    oldest one; a get reads only the oldest committed records. Both commit by one store of the
//!    whole position: before it nothing has happened, after it everything has.
//! 3. Each side keeps what it last saw of the other, and looks again only when that is not enough.
//!    An old position of the other side promises too little, never too much.
//! 4. Nobody waits while holding a lock.
//!
//! So an owner that died left nothing to repair: what it had not committed is not there, and the
//! next put or get on its side writes the same bytes again. Who dies after its commit and before it
//! has woken others costs them one backstop.

mod encoding;
mod error;
mod len;
#[cfg(not(forkstep_loom))]
mod named;
mod position;
mod ready;
mod ring;
#[cfg(not(forkstep_loom))]
mod sight;
mod typed;
mod wait;
#[cfg(not(forkstep_loom))]
mod words;

pub use encoding::Drain;
pub(crate) use encoding::decode;
pub use error::{GetError, PutError, PutManyError};
pub(crate) use error::{NoGet, NoPut};
pub(crate) use ring::ByteQueue;
#[cfg(not(forkstep_loom))]
pub use sight::QueueSight;
pub use typed::Queue;
pub(crate) use wait::{LOOKS, NotDone, attempt};
