//! What one operation did to one key, or to all, as the journal keeps it.

use crate::linearizability::Sees;
use crate::plans::board::ATTEMPTS;
use crate::plans::item::Name;

/// What a dict holds for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum State {
    Absent,
    /// A value without a name: many are written.
    Empty,
    /// The value of this name: it is written once at most.
    Named(Name),
}

impl State {
    /// The value of this name and length.
    pub(super) fn of(name: Name, length: usize) -> Self {
        if length == 0 { Self::Empty } else { Self::Named(name) }
    }

    fn to_bits(self) -> u64 {
        match self {
            Self::Absent => 0,
            Self::Empty => 1,
            Self::Named(Name { producer, number }) => {
                2 + u64::from(producer) * ATTEMPTS as u64 + u64::from(number)
            }
        }
    }

    fn of_bits(bits: u64) -> Self {
        match (bits & 0xffff) as usize {
            0 => Self::Absent,
            1 => Self::Empty,
            named => {
                let (producer, number) = ((named - 2) / ATTEMPTS, (named - 2) % ATTEMPTS);
                Self::Named(Name { producer: producer as u8, number: number as u16 })
            }
        }
    }
}

/// What an operation sees and leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// `None`: all keys.
    pub(super) key: Option<u8>,
    pub(super) sees: Sees<State>,
    pub(super) leaves: Option<State>,
    /// Whether it may as well not have happened although it has returned.
    pub(super) in_doubt: bool,
}

const ALL_KEYS: u8 = 0xff;
const LEAVES: u64 = 1 << 10;
const IN_DOUBT: u64 = 1 << 11;

impl Record {
    /// An operation that does nothing to a key, and sees nothing of it.
    pub(super) fn nothing(key: u8) -> Self {
        Self { key: Some(key), sees: Sees::Anything, leaves: None, in_doubt: false }
    }

    /// An operation that sees this, and writes nothing.
    pub(super) fn sees(key: u8, sees: Sees<State>) -> Self {
        Self { sees, ..Self::nothing(key) }
    }

    /// An operation that is to leave this.
    pub(super) fn leaves(key: u8, state: State) -> Self {
        Self { leaves: Some(state), ..Self::nothing(key) }
    }

    /// The same one, which has seen this.
    pub(super) fn seeing(self, sees: Sees<State>) -> Self {
        Self { sees, ..self }
    }

    pub(super) fn is_of(&self, key: u8) -> bool {
        self.key.is_none_or(|own| own == key)
    }

    pub(super) fn to_word(self) -> u64 {
        let (kind, seen) = match self.sees {
            Sees::Anything => (0, State::Absent),
            Sees::Just(state) => (1, state),
            Sees::Other(state) => (2, state),
        };
        let leaves = self.leaves.map_or(0, |state| LEAVES | state.to_bits() << 32);
        let in_doubt = if self.in_doubt { IN_DOUBT } else { 0 };
        u64::from(self.key.unwrap_or(ALL_KEYS))
            | kind << 8
            | leaves
            | in_doubt
            | seen.to_bits() << 16
    }

    pub(super) fn of_word(word: u64) -> Self {
        let seen = State::of_bits(word >> 16);
        let sees = match word >> 8 & 3 {
            0 => Sees::Anything,
            1 => Sees::Just(seen),
            _ => Sees::Other(seen),
        };
        Self {
            key: Some(word as u8).filter(|key| *key != ALL_KEYS),
            sees,
            leaves: (word & LEAVES != 0).then(|| State::of_bits(word >> 32)),
            in_doubt: word & IN_DOUBT != 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_a_word_and_back() {
        let name = Name { producer: 4, number: ATTEMPTS as u16 - 1 };
        let states = [State::Absent, State::Empty, State::Named(name)];
        for (seen, left) in states.into_iter().flat_map(|a| states.map(|b| (a, b))) {
            for sees in [Sees::Anything, Sees::Just(seen), Sees::Other(seen)] {
                let written = Record::leaves(3, left).seeing(sees);
                let all = Record { key: None, in_doubt: true, ..written };
                for record in [written, all, Record::sees(0, sees), Record::nothing(1)] {
                    assert_eq!(Record::of_word(record.to_word()), record);
                }
            }
        }
    }
}
