//! A bounded queue of tasks: each is done, or handed to another consumer, or becomes a dead letter.
//!
//! # What lies in shared memory
//!
//! Slots, each with room for one task and a robust lock, the *lease* of whoever works on it. A ring
//! that has as many entries as there are slots; each names a slot. Three positions go around it:
//!
//! ```text
//!    taken     queued      free
//!  ·········|=========|···········|
//!          head      tail        free        free = head + slots - slots taken
//! ```
//!
//! The entries from `head` to `tail` are queued tasks, those from `tail` to `free` are free slots,
//! and the others are old: their slots are taken, by a consumer or as dead letters. So one step of
//! `tail` takes a free slot and queues it, one of `head` takes a task, one of `free` gives a slot
//! back. Two locks: producers for `tail`, consumers for `head`, `free` and the states of slots.
//!
//! # The state of a slot that is taken
//!
//! | phase | lease | meaning | who leaves this state, and how |
//! |---|---|---|---|
//! | leased | held | a consumer works on it | it: done (a step of `free`, then idle); gives it back (releases the lease) |
//! | leased | free, or owner died | an orphan: given back, or its consumer died | a getter: takes the lease, one more delivery; whoever finds it delivered too often: dead letter |
//! | dead letter | free | nobody will work on it | who takes the dead letter: a step of `free`, then idle |
//! | idle | any | queued or free; a dead consumer may have left the lease behind | a getter, who takes the lease |
//!
//! A slot whose number has not been passed by `head` is queued, whatever its phase says: its getter
//! died before it had taken it.
//!
//! # Invariants
//!
//! 1. `head` <= `tail` <= `free` <= `head` + slots. Entries between `head` and `free` name
//!    different slots, and no taken one.
//! 2. `tail` moves under the producers' lock; `head`, `free`, phases and deliveries change under
//!    the consumers' lock. A slot between `tail` and `free` is written by producers alone, and a
//!    taken one is not written at all.
//! 3. Each operation commits by one store: put and get by a position, done by `free`, redelivery
//!    and dead letter by the state. Only the slot of the last step of `free` can have been left
//!    with an old phase, by a consumer that died holding the consumers' lock: the next to enter
//!    sets it to idle, and counts the dead letters anew.
//! 4. Nobody waits for a task or for room while holding a lock. Who enters a lease while holding
//!    the consumers' lock waits at most for the kernel to note a death.
//! 5. Orphans go out before queued tasks, in the order in which they were put. A getter looks at
//!    all slots when it is told that a lease was given back and when nothing is queued, otherwise
//!    at one slot each time, so that no orphan waits for more gets than there are slots.

mod end;
mod error;
mod finish;
mod get;
mod lease;
#[cfg(not(forkstep_loom))]
mod named;
mod put;
mod shared;
#[cfg(not(forkstep_loom))]
mod sight;
mod tasks;
mod typed;
mod unfinished;
#[cfg(not(forkstep_loom))]
mod words;

pub use error::{JoinError, TaskDoneError};
pub use lease::Lease;
#[cfg(not(forkstep_loom))]
pub use sight::TasksSight;
pub use typed::{Builder, JoinableQueue};
pub use unfinished::{DeadLetter, Holding, Joined, Unfinished};
