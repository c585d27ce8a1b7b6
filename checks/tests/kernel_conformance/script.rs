//! What a script says, and what can be seen after each of its steps.

use crate::layout::Place;

/// How many participants a script has.
pub(crate) const PARTICIPANTS: usize = 4;
/// How many robust words they share.
pub(crate) const WORDS: usize = 4;
/// Wakes all.
pub(crate) const ALL: u32 = i32::MAX as u32;

/// Who stands in the owner field of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    Nobody,
    Participant(usize),
    /// A thread id that no participant has.
    Stranger,
}

/// A robust word, thread ids replaced by who has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Value {
    pub(crate) owner: Owner,
    pub(crate) waiters: bool,
    pub(crate) owner_died: bool,
}

const WAITERS: u32 = 0x8000_0000;
const OWNER_DIED: u32 = 0x4000_0000;
const STRANGER: u32 = 0x3fff_fffe;

impl Value {
    pub(crate) fn bits(self, tids: &[u32]) -> u32 {
        let owner = match self.owner {
            Owner::Nobody => 0,
            Owner::Participant(number) => tids[number],
            Owner::Stranger => STRANGER,
        };
        let waiters = if self.waiters { WAITERS } else { 0 };
        owner | waiters | if self.owner_died { OWNER_DIED } else { 0 }
    }

    pub(crate) fn of(bits: u32, tids: &[u32]) -> Value {
        let owner = match bits & !(WAITERS | OWNER_DIED) {
            0 => Owner::Nobody,
            STRANGER => Owner::Stranger,
            tid => match tids.iter().position(|known| *known == tid) {
                Some(number) => Owner::Participant(number),
                None => panic!("no participant has the thread id of {bits:#x}"),
            },
        };
        Value { owner, waiters: bits & WAITERS != 0, owner_died: bits & OWNER_DIED != 0 }
    }
}

/// One step on a word, or on the robust list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Store(usize, Value),
    Exchange {
        word: usize,
        expected: Value,
        new: Value,
    },
    /// With a time limit, or for ever.
    Wait {
        word: usize,
        expected: Value,
        limited: bool,
    },
    /// Wakes so many.
    Wake(usize, u32),
    Begin(usize),
    End,
    Link(usize),
    Unlink(usize),
    /// Lets the head, or the node of a word, lead somewhere.
    Lead {
        from: Option<usize>,
        to: Place,
    },
    /// As [`Begin`](Self::Begin), of a node that no lock has.
    BeginAt(Place),
    /// Time passes until all time limits are over.
    Pass,
    Die,
}

/// What a participant was told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) by: usize,
    pub(crate) act: Act,
}

/// How an act ended, if it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    Done,
    /// What a store or an exchange found.
    Found(Value),
    Woke(usize),
    /// A wait that slept.
    Woken,
    /// A wait that did not.
    Mismatch,
    /// A wait that slept until its time limit.
    TimedOut,
    Dead,
}

/// What is seen after a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) words: [Value; WORDS],
    pub(crate) asleep: [bool; PARTICIPANTS],
    /// Who has answered since the last step, and what.
    pub(crate) replies: [Option<Reply>; PARTICIPANTS],
}
