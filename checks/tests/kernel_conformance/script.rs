//! What a script says, and what can be seen after each of its steps.

use proptest::prelude::*;

/// How many participants a script has.
pub(crate) const PARTICIPANTS: usize = 3;
/// How many robust words they share.
pub(crate) const WORDS: usize = 2;

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
    Exchange { word: usize, expected: Value, new: Value },
    Wait { word: usize, expected: Value },
    WakeOne(usize),
    WakeAll(usize),
    Begin(usize),
    End,
    Link(usize),
    Unlink(usize),
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

/// A step as it is drawn: what depends on the state of the words is decided when its turn comes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draft {
    pub(crate) by: usize,
    pub(crate) act: Act,
    /// Expects what the word holds, instead of the value drawn.
    pub(crate) expects_truth: bool,
}

/// What a script may do: a word's links lie beside it, so one list at a time may hold it.
#[derive(Default)]
pub(crate) struct Rules {
    linked_by: [Option<usize>; WORDS],
    dead: [bool; PARTICIPANTS],
}

impl Rules {
    /// Makes a step of a draft, if its participant can take it now.
    pub(crate) fn admit(&mut self, draft: Draft, seen: &Seen) -> Option<Step> {
        let Draft { by, mut act, expects_truth } = draft;
        if self.dead[by] || seen.asleep[by] {
            return None;
        }
        match &mut act {
            Act::Exchange { word, expected, .. } | Act::Wait { word, expected }
                if expects_truth =>
            {
                *expected = seen.words[*word];
            }
            Act::Link(word) => match &mut self.linked_by[*word] {
                Some(_) => return None,
                nobody => *nobody = Some(by),
            },
            Act::Unlink(word) => {
                self.linked_by[*word].take_if(|owner| *owner == by)?;
            }
            Act::Die => {
                self.dead[by] = true;
                self.linked_by.iter_mut().for_each(|owner| {
                    owner.take_if(|owner| *owner == by);
                });
            }
            _ => {}
        }
        Some(Step { by, act })
    }
}

fn value() -> impl Strategy<Value = Value> {
    let owner = prop_oneof![
        2 => Just(Owner::Nobody),
        6 => (0..PARTICIPANTS).prop_map(Owner::Participant),
        1 => Just(Owner::Stranger),
    ];
    (owner, any::<bool>(), prop::bool::weighted(0.3))
        .prop_map(|(owner, waiters, owner_died)| Value { owner, waiters, owner_died })
}

fn act(by: usize) -> impl Strategy<Value = Act> {
    let word = || 0..WORDS;
    let own = Value { owner: Owner::Participant(by), waiters: false, owner_died: false };
    let own = any::<bool>().prop_map(move |waiters| Value { waiters, ..own });
    prop_oneof![
        2 => (word(), value()).prop_map(|(word, new)| Act::Store(word, new)),
        3 => (word(), own).prop_map(|(word, new)| Act::Store(word, new)),
        2 => (word(), value(), value())
            .prop_map(|(word, expected, new)| Act::Exchange { word, expected, new }),
        6 => (word(), value()).prop_map(|(word, expected)| Act::Wait { word, expected }),
        3 => word().prop_map(Act::WakeOne),
        1 => word().prop_map(Act::WakeAll),
        3 => word().prop_map(Act::Begin),
        1 => Just(Act::End),
        3 => word().prop_map(Act::Link),
        2 => word().prop_map(Act::Unlink),
        2 => Just(Act::Die),
    ]
}

/// Draws scripts.
pub(crate) fn drafts() -> impl Strategy<Value = Vec<Draft>> {
    let draft = (0..PARTICIPANTS).prop_flat_map(|by| {
        (act(by), prop::bool::weighted(0.8)).prop_map(move |(act, expects_truth)| Draft {
            by,
            act,
            expects_truth,
        })
    });
    prop::collection::vec(draft, 1..28)
}
