//! A region is input: regions that are corrupted on purpose and used all the same.
//!
//! A *script* is a few bytes that say which type lies in the region, how its memory is corrupted,
//! and by which operations it is used. Whoever executes it must get documented errors, or wrong
//! data; never a fault, a panic or lack of memory, and no operation may go on past its deadline.
//!
//! Only operations that end are used: with a time-out, or such as wait for nothing but a lock.

mod board;
mod body;
pub mod checks;
mod damage;
mod datum;
mod dict;
mod draw;
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
mod watch;
mod worker;

pub use body::execute_bytes;
pub use checks::{FULL, QUICK, SEED, check_corruptions, check_planted, check_scripts};
pub use failure::Corrupted;
pub use planted::Planted;
