//! A region is input: regions that are corrupted on purpose and used all the same.
//!
//! A *script* is a few bytes that say which type lies in the region, how its memory is corrupted,
//! and by which operations it is used. Whoever executes it must get documented errors, or wrong
//! data; never a fault, a panic or lack of memory, and no operation may go on past its deadline.
//!
//! Only operations that end are used: with a time-out, or such as wait for nothing but a lock.
//! Whoever corrupts does so through the file that has the region's name: between the operations, or
//! before the region is opened, or it is another process that does so all the time.
//!
//! # Not covered
//!
//! - Files that are cut short: a SIGBUS. (Without a name they are sealed.)
//! - Robust lists whose links are corrupt while the kernel walks them after a death; it has checks
//!   of its own. The tests of the robust list corrupt the links of an owner that lives.
//! - Bytes that change while `get_with` and `put_with` show them where they lie.
//! - Types whose decoding itself takes long or much memory, as a `Vec<()>` of any length.
//! - Pipes, which have no name. A pipe is the queue beneath it.
//! - What waits as long as an owner stays, as it is meant to: an owner that does not exist stays
//!   for ever.

mod array;
mod board;
mod body;
pub mod checks;
mod damage;
mod datum;
mod dict;
mod failure;
mod list;
mod lock;
mod planted;
mod queue;
mod script;
mod session;
mod simple_queue;
mod specimen;
mod tasks;
mod value;
mod watch;
mod worker;

pub use body::execute_bytes;
pub use checks::{FULL, QUICK, SEED, check_corruptions, check_planted, check_scripts};
pub use failure::Corrupted;
pub use planted::Planted;
