//! Names for what lies in shared memory, so that programs find it that nobody forked from another.
//!
//! A region with a name is a file in `/dev/shm`, `forkstep.` and then the name, for its user alone.
//!
//! # From the file to the name
//!
//! | state | who leaves it, and how |
//! |---|---|
//! | half made, without a name | its creator: makes it whole; dying, it takes the file with it |
//! | whole, owned, without a name | its creator: gives it the name in one step, if that is free |
//! | has the name, owned | the owner: takes it away, or gives it up (not owned); the kernel, at the end of the owner's last process (not owned) |
//! | has the name, not owned | anybody: adopts it (owned), or removes the name |
//! | without a name again | the kernel, when the last process that has it ends: gone |
//!
//! # Invariants
//!
//! 1. What has a name is whole: there is no state of being made that an opener could see.
//! 2. To own is to hold a lock on the open file, which the kernel takes away at a death. So an
//!    owner that died is never taken for one that lives, and at most one family of processes owns.
//! 3. Only who owns takes a name away, and only if it still leads to what is owned; [`unlink`] is
//!    for people.
//! 4. What an opener reads of the header is input: read once, into private memory, and checked. No
//!    size is read from shared memory again.
//!
//! A file in `/dev/shm` cannot be sealed. So who may write to it, the same user that is, can cut it
//! short, and then whoever touches what is gone gets a SIGBUS. That is the one thing which others
//! can do to a region with a name and not to one without.

mod error;
mod guard;
mod kind;
mod listing;
mod name;
mod nameable;
mod opened;

pub use error::NameError;
pub use guard::Named;
pub use kind::Kind;
pub use listing::{Listed, Summary, list, unlink};
pub(crate) use nameable::Nameable;
pub(crate) use opened::Opened;
