//! A bounded queue between processes: first in, first out, over all producers.
//!
//! # What lies in shared memory
//!
//! Two robust locks, one for each side; `tail` counts the items put, `head` those taken; a ring of
//! bytes. Records stand in the ring one after the other: 8 bytes of length, the item, padding to 8.
//! Where the next record starts is kept twice for each side, and the parity of its count says which
//! of the two holds: the other one is being written.
//!
//! # Invariants
//!
//! 1. `tail` is advanced under the producers' lock, `head` under the consumers'; `head` never
//!    passes `tail`, and `tail` is never more than the capacity ahead.
//! 2. A put writes only bytes between the end of the last committed record and the start of the
//!    oldest one; a get reads only the oldest committed record. Both commit by one advance: before
//!    it nothing has happened, after it everything has.
//! 3. `place[n % 2]` of a side is where it stands after n events; it is not written while its count
//!    is n or n - 1 can still be looked at without noticing (the reader looks at the count again).
//! 4. Nobody waits while holding a lock.
//!
//! So an owner that died left nothing to repair: what it had not committed is not there, and the
//! next put or get on its side writes the same bytes again.

mod error;
mod ready;
mod ring;
mod typed;

pub use error::{GetError, PutError};
pub(crate) use ring::{ByteQueue, Wait};
pub use typed::Queue;
pub(crate) use typed::{decode, encode};
