//! Scripts as they are drawn, and which of their steps can be taken.

use proptest::prelude::*;

use crate::layout::{EDGE, Place};
use crate::script::{ALL, Act, Owner, PARTICIPANTS, Seen, Step, Value, WORDS};

/// A step as it is drawn: what depends on the state of the words is decided when its turn comes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draft {
    pub(crate) by: usize,
    pub(crate) act: Act,
    /// Expects what the word holds, instead of the value drawn.
    pub(crate) expects_truth: bool,
}

/// Which kernels a script is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum For {
    /// All three.
    All,
    /// Not that of loom's model, which knows neither addresses nor the death of a sleeper.
    Addresses,
}

/// What a script may do: a word's links lie beside it, so one list at a time may hold it.
#[derive(Default)]
pub(crate) struct Rules {
    linked_by: [Option<usize>; WORDS],
    /// Whose list is no longer one that a link can be taken out of.
    led: [bool; PARTICIPANTS],
    /// Whose last wait has a time limit.
    limited: [bool; PARTICIPANTS],
    dead: [bool; PARTICIPANTS],
}

impl Rules {
    /// Makes a step of a draft, if its participant can take it now.
    pub(crate) fn admit(&mut self, draft: Draft, seen: &Seen, kind: For) -> Option<Step> {
        let Draft { by, mut act, expects_truth } = draft;
        let may = !seen.asleep[by] || (act == Act::Die && kind == For::Addresses);
        if self.dead[by] || !may {
            return None;
        }
        match &mut act {
            Act::Exchange { word, expected, .. } if expects_truth => *expected = seen.words[*word],
            Act::Wait { word, expected, limited } => {
                self.leave_somebody_awake(by, *limited, seen)?;
                if expects_truth {
                    *expected = seen.words[*word];
                }
                self.limited[by] = *limited;
            }
            Act::Pass => self.somebody_has_a_limit(seen).then_some(())?,
            Act::Die => self.die(by, seen)?,
            _ => self.change_list(by, act)?,
        }
        Some(Step { by, act })
    }

    fn change_list(&mut self, by: usize, act: Act) -> Option<()> {
        match act {
            Act::Link(word) if word == EDGE || self.led[by] => return None,
            Act::Link(word) => match &mut self.linked_by[word] {
                Some(_) => return None,
                nobody => *nobody = Some(by),
            },
            Act::Unlink(_) if self.led[by] => return None,
            Act::Unlink(word) => {
                self.linked_by[word].take_if(|owner| *owner == by)?;
            }
            Act::Lead { from, .. } => {
                if let Some(word) = from {
                    let owner = self.linked_by[word].get_or_insert(by);
                    (*owner == by).then_some(())?;
                }
                self.led[by] = true;
            }
            _ => {}
        }
        Some(())
    }

    fn die(&mut self, by: usize, seen: &Seen) -> Option<()> {
        self.leave_somebody_awake(by, false, seen)?;
        self.dead[by] = true;
        self.linked_by.iter_mut().for_each(|owner| {
            owner.take_if(|owner| *owner == by);
        });
        Some(())
    }

    /// If all slept, time would pass in the model at once, up to the first time limit.
    fn leave_somebody_awake(&self, by: usize, limited: bool, seen: &Seen) -> Option<()> {
        let mut others = (0..PARTICIPANTS).filter(|other| *other != by);
        let awake = others.any(|other| !self.dead[other] && !seen.asleep[other]);
        (awake || !(limited || self.somebody_has_a_limit(seen))).then_some(())
    }

    fn somebody_has_a_limit(&self, seen: &Seen) -> bool {
        (0..PARTICIPANTS).any(|number| seen.asleep[number] && self.limited[number])
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

/// Words are not drawn evenly: with few of them, more meet.
fn word() -> impl Strategy<Value = usize> + Clone {
    prop_oneof![6 => Just(0), 2 => Just(1), 1 => Just(2), 1 => Just(EDGE)]
}

fn act(by: usize) -> impl Strategy<Value = Act> {
    let own = Value { owner: Owner::Participant(by), waiters: false, owner_died: false };
    let own = any::<bool>().prop_map(move |waiters| Value { waiters, ..own });
    prop_oneof![
        2 => (word(), value()).prop_map(|(word, new)| Act::Store(word, new)),
        3 => (word(), own).prop_map(|(word, new)| Act::Store(word, new)),
        2 => (word(), value(), value())
            .prop_map(|(word, expected, new)| Act::Exchange { word, expected, new }),
        7 => (word(), value(), prop::bool::weighted(0.15))
            .prop_map(|(word, expected, limited)| Act::Wait { word, expected, limited }),
        3 => (word(), 1..3_u32).prop_map(|(word, most)| Act::Wake(word, most)),
        1 => word().prop_map(|word| Act::Wake(word, ALL)),
        3 => word().prop_map(Act::Begin),
        1 => Just(Act::End),
        4 => word().prop_map(Act::Link),
        2 => word().prop_map(Act::Unlink),
    ]
}

fn place() -> impl Strategy<Value = Place> {
    prop_oneof![
        1 => Just(Place::Home),
        6 => (0..WORDS).prop_map(Place::Node),
        2 => (0..WORDS).prop_map(Place::Inheriting),
        2 => Just(Place::Misaligned),
        2 => Just(Place::WithoutWord),
        2 => Just(Place::Nowhere),
    ]
}

/// What only kernels with addresses understand.
fn act_with_addresses(by: usize) -> impl Strategy<Value = Act> {
    let nowhere_at_home = |place: Place| if place == Place::Home { Place::Nowhere } else { place };
    let from = || prop::option::weighted(0.6, 0..EDGE);
    prop_oneof![
        12 => act(by),
        1 => (from(), place()).prop_map(|(from, to)| Act::Lead { from, to }),
        1 => place().prop_map(move |place| Act::BeginAt(nowhere_at_home(place))),
        1 => (0..3_u32).prop_map(|most| Act::Wake(0, most)),
    ]
}

/// Steps that are drawn together: what leads to a death that is worth a comparison is seldom drawn
/// one by one.
fn group(by: usize, kind: For) -> BoxedStrategy<Vec<Act>> {
    let own = move |waiters| Value { owner: Owner::Participant(by), waiters, owner_died: false };
    let with_waiters = || prop::bool::weighted(0.7);
    let hold = (word(), with_waiters())
        .prop_map(move |(word, waiters)| vec![Act::Store(word, own(waiters)), Act::Link(word)]);
    let take = (word(), with_waiters())
        .prop_map(move |(word, waiters)| vec![Act::Begin(word), Act::Store(word, own(waiters))]);
    let free = Value { owner: Owner::Nobody, waiters: false, owner_died: false };
    let release = (word(), any::<bool>(), any::<bool>()).prop_map(move |(word, waiters, dies)| {
        let free = Act::Store(word, Value { waiters, ..free });
        let last = if dies { Act::Die } else { Act::End };
        vec![Act::Begin(word), Act::Unlink(word), free, last]
    });
    let wake = (word(), 1..4_u32).prop_map(|(word, most)| vec![Act::Wake(word, most)]);
    let from = prop::option::weighted(0.6, 0..EDGE);
    let several = (with_waiters(), with_waiters()).prop_map(move |(one, other)| {
        let hold = |word, waiters| [Act::Store(word, own(waiters)), Act::Link(word)];
        [hold(0, one), hold(1, other)].concat()
    });
    let break_it =
        (word(), with_waiters(), from, place()).prop_map(move |(word, waiters, from, to)| {
            let hold = [Act::Store(word, own(waiters)), Act::Link(word)];
            [&hold[..], &[Act::Lead { from, to }, Act::Die]].concat()
        });
    let sleep = (word(), prop::bool::weighted(0.2))
        .prop_map(move |(word, limited)| vec![Act::Wait { word, expected: free, limited }]);
    let alone = move |act: BoxedStrategy<Act>| act.prop_map(|act| vec![act]);
    match kind {
        For::All => prop_oneof![
            6 => hold, 5 => several, 2 => take, 3 => release,
            2 => wake, 10 => sleep, 2 => Just(vec![Act::Pass]),
            3 => Just(vec![Act::Die]), 14 => alone(act(by).boxed()),
        ]
        .boxed(),
        For::Addresses => prop_oneof![
            6 => hold, 5 => several, 2 => take, 3 => release,
            2 => wake, 10 => sleep, 2 => Just(vec![Act::Pass]),
            2 => break_it, 1 => Just(vec![Act::Die]), 14 => alone(act_with_addresses(by).boxed()),
        ]
        .boxed(),
    }
}

/// Draws scripts.
pub(crate) fn drafts(kind: For) -> BoxedStrategy<Vec<Draft>> {
    let draft = (0..PARTICIPANTS).prop_flat_map(move |by| {
        (group(by, kind), prop::bool::weighted(0.8)).prop_map(move |(acts, expects_truth)| {
            let draft = |act| Draft { by, act, expects_truth };
            acts.into_iter().map(draft).collect::<Vec<_>>()
        })
    });
    prop::collection::vec(draft, 1..28).prop_map(|groups| groups.concat()).boxed()
}
