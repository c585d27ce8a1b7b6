//! What became of one operation, as the ledger keeps it; the journal says the rest.

use crate::plans::board::{self, REFUSED};

/// What became of one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// It was not begun, or its process died in it.
    Nothing,
    /// It was refused, and did nothing.
    Refused,
    /// It was refused a look; readers are, if the table is moved again and again.
    RefusedLook,
    /// It took no lock.
    Read,
    /// It took a lock.
    Wrote,
}

const ENTRIES: [Entry; 5] =
    [Entry::Nothing, Entry::Refused, Entry::RefusedLook, Entry::Read, Entry::Wrote];

impl board::Entry for Entry {
    fn to_word(self) -> u64 {
        self as u64
    }

    fn of_word(word: u64) -> Self {
        ENTRIES[word as usize]
    }

    fn went_on(&self) -> bool {
        *self == Self::Wrote
    }
}

/// The ledger counts those that are refused by this word.
const _: () = assert!(Entry::Refused as u64 == REFUSED);
