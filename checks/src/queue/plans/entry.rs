//! What became of one put or get, as the ledger keeps it.

use crate::plans::board::{self, REFUSED};
use crate::plans::item::Name;

/// What became of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// It was not begun, or its process died in it.
    Nothing,
    /// The put or get said that it did nothing.
    Refused,
    /// The put was done.
    Put,
    /// The get brought an empty item.
    GotEmpty,
    /// The get brought this one.
    Got(Name),
}

impl board::Entry for Entry {
    fn to_word(self) -> u64 {
        match self {
            Self::Nothing => 0,
            Self::Refused => REFUSED,
            Self::Put => 2,
            Self::GotEmpty => 3,
            Self::Got(Name { producer, number }) => {
                4 | u64::from(producer) << 8 | u64::from(number) << 16
            }
        }
    }

    fn of_word(word: u64) -> Self {
        match word & 0xff {
            0 => Self::Nothing,
            REFUSED => Self::Refused,
            2 => Self::Put,
            3 => Self::GotEmpty,
            _ => Self::Got(Name { producer: (word >> 8) as u8, number: (word >> 16) as u16 }),
        }
    }
}
