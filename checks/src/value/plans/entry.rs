//! What became of one operation, as the ledger keeps it.

use crate::plans::board::{self, REFUSED};

/// What became of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// It was not begun, or its process died in it.
    Nothing,
    /// The lock was not given in time.
    Refused,
    /// It was done.
    Done,
}

impl board::Entry for Entry {
    fn to_word(self) -> u64 {
        match self {
            Self::Nothing => 0,
            Self::Refused => REFUSED,
            Self::Done => 2,
        }
    }

    fn of_word(word: u64) -> Self {
        match word {
            0 => Self::Nothing,
            REFUSED => Self::Refused,
            _ => Self::Done,
        }
    }
}
