//! What became of one put, get or join, as the ledger keeps it.

use crate::plans::board::{self, REFUSED};
use crate::plans::item::Name;

/// What became of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// It was not begun, or its process died in it.
    Nothing,
    /// It did nothing.
    Refused,
    /// The put was done.
    Put,
    /// The join returned.
    Joined,
    /// The get brought a task.
    Got(Delivery),
}

/// A task in the hands of a consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Delivery {
    pub(super) name: Name,
    /// Where in the order of puts it stands.
    pub(super) position: u16,
    /// How often it has been delivered.
    pub(super) count: u8,
    pub(super) fate: Fate,
}

/// What a consumer has made of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It works on it.
    Held,
    /// It gave it back, or is about to.
    Dropped,
    /// It is about to say, or has said, that it is done; that has not returned.
    Finishing,
    /// It has said that it is done.
    Done,
}

const FATES: [Fate; 4] = [Fate::Held, Fate::Dropped, Fate::Finishing, Fate::Done];
const PUT: u64 = 2;
const JOINED: u64 = 3;
const GOT: u64 = 4;

impl board::Entry for Entry {
    fn to_word(self) -> u64 {
        match self {
            Self::Nothing => 0,
            Self::Refused => REFUSED,
            Self::Put => PUT,
            Self::Joined => JOINED,
            Self::Got(Delivery { name, position, count, fate }) => {
                let name = u64::from(name.producer) << 8 | u64::from(name.number) << 16;
                let place = u64::from(position) << 32 | u64::from(count) << 48;
                (GOT + fate as u64) | name | place
            }
        }
    }

    fn of_word(word: u64) -> Self {
        match word & 0xff {
            0 => Self::Nothing,
            REFUSED => Self::Refused,
            PUT => Self::Put,
            JOINED => Self::Joined,
            got => Self::Got(Delivery {
                name: Name { producer: (word >> 8) as u8, number: (word >> 16) as u16 },
                position: (word >> 32) as u16,
                count: (word >> 48) as u8,
                fate: FATES[(got - GOT) as usize],
            }),
        }
    }
}
