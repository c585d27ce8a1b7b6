//! What a region with a name can hold.

use std::fmt;

use serde::Serialize;

/// The type that a name leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Kind {
    /// A [`Lock`](crate::Lock).
    Lock,
    /// A [`Queue`](crate::Queue).
    Queue,
    /// A [`SimpleQueue`](crate::SimpleQueue).
    SimpleQueue,
    /// A [`JoinableQueue`](crate::JoinableQueue).
    JoinableQueue,
    /// A [`Dict`](crate::Dict).
    Dict,
    /// A [`List`](crate::List).
    List,
    /// A [`Value`](crate::Value).
    Value,
    /// An [`Array`](crate::Array).
    Array,
}

impl Kind {
    /// Every kind, with the number that stands for it in shared memory and never changes.
    const NUMBERS: &[(Self, u64)] = &[
        (Self::Lock, 1),
        (Self::Queue, 2),
        (Self::SimpleQueue, 3),
        (Self::JoinableQueue, 4),
        (Self::Dict, 5),
        (Self::List, 6),
        (Self::Value, 7),
        (Self::Array, 8),
    ];

    pub(super) fn number(self) -> u64 {
        let own = Self::NUMBERS.iter().find(|(kind, _)| *kind == self);
        own.expect("every kind has a number").1
    }

    pub(super) fn of_number(number: u64) -> Option<Self> {
        Self::NUMBERS.iter().find(|(_, own)| *own == number).map(|(kind, _)| *kind)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Lock => "lock",
            Self::Queue => "queue",
            Self::SimpleQueue => "simple-queue",
            Self::JoinableQueue => "joinable-queue",
            Self::Dict => "dict",
            Self::List => "list",
            Self::Value => "value",
            Self::Array => "array",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn numbers_name_one_kind_each() {
        for (kind, number) in Kind::NUMBERS {
            assert_eq!((kind.number(), Kind::of_number(*number)), (*number, Some(*kind)));
        }
        assert_eq!(Kind::of_number(0), None);
    }
}
