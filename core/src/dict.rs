//! A dictionary between processes: readers take no lock, writers one of several.
//!
//! # What lies in shared memory
//!
//! Keys are spread over *shards* by their hash. A shard has a robust lock for its writers, a *root*
//! and two *halves* of words. The root, one word, says which half is in use and how large its table
//! is; each new root has the next *generation*, and generation g uses half g mod 2. A half is
//!
//! ```text
//!    table of slots │ entry │ entry │ ... │ free
//!                                          top
//! ```
//!
//! and an entry is a word with the lengths, the key, the value, both padded to whole words. A slot
//! is empty, or a grave, or names an entry: where it lies, and some bits of its key's hash.
//!
//! # The state of a key
//!
//! | slot of the key | meaning | who leaves this state, and how |
//! |---|---|---|
//! | none | absent | a writer: writes an entry at the top, then stores the slot |
//! | names an entry | present, with the value there | a writer: writes another entry at the top and stores the slot, or makes it a grave; if the old and the new value are one word each, of the same length: stores that word |
//!
//! # Invariants
//!
//! 1. Everything but reading happens under the shard's lock.
//! 2. What a slot names is complete before the slot is stored, and nothing is written over it
//!    while its generation lasts: the top only grows. A value of one word may be changed where it
//!    lies. So a value is changed by one store, of a slot or of the value itself.
//! 3. The half that is not in use is written only by who prepares the next generation, under the
//!    lock; the store of the root makes it the one in use. So a table grows, is cleared and is
//!    freed of what nothing names any more by one store of the root.
//! 4. A reader looks at the root, reads, and looks again: if the root is still the same, nothing
//!    that it read had been written over, because that half is written only under a later root.
//!
//! So an owner that died left an old value or the new one, and perhaps an entry that nothing names,
//! which the next generation leaves behind. What has to be repaired are counts alone: they are made
//! anew from the slots, which can be begun again as often as it takes.
//!
//! # Memory ordering
//!
//! Slots and roots are stored with Release and looked at with Acquire: who sees one sees what it
//! names. Between the root of a generation and the first word that is written for the next lies a
//! release fence, and between what a reader reads and its second look at the root an acquire fence:
//! a reader that reads a word of a later generation sees a later root. Everything else is Relaxed:
//! the lock orders it.

mod datum;
mod error;
mod iter;
mod key;
#[cfg(not(forkstep_loom))]
mod named;
mod shard;
#[cfg(not(forkstep_loom))]
mod sight;
mod table;
#[cfg(all(test, not(forkstep_loom)))]
mod tests;
mod typed;
mod view;
#[cfg(not(forkstep_loom))]
mod words;
mod writer;

pub(crate) use datum::Datum;
pub use error::{DictReadError, DictWriteError};
pub use iter::Iter;
#[cfg(not(forkstep_loom))]
pub use sight::{DictSight, ShardSight};
pub(crate) use table::{Size, Table};
pub use typed::{Builder, Dict};
