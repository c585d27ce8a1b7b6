//! The dict models: each a small program of two or three participants on a table of four slots.

use std::cell::RefCell;
use std::time::Duration;

use forkstep_model::sys::model::{self, Run};
use forkstep_model::{Dict, DictWriteError};

use super::spec::{self, Answer, Done, Op};
use crate::order::is_explained;
use crate::scenario::Scenario;

/// A key; which of them collide is a matter of the seed.
type Key = u8;

/// What one participant does, step by step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Reads a key.
    Get(Key),
    /// Sets a key to a value.
    Set(Key, u8),
    /// Adds one to a key.
    Add(Key),
    /// Removes a key.
    Remove(Key),
    /// Sets a key to the second value if it has the first.
    Swap(Key, u8, u8),
    /// Sets a key that is not there.
    Claim(Key, u8),
    /// Reads a key, which is set if it is not there.
    GetOrInsert(Key, u8),
    /// Reads a key, and if that is 1, another, which then must be 1 too.
    Follow(Key, Key),
    /// Removes all keys.
    Clear,
    /// Asks for the length.
    Len,
    /// Goes through all keys and values.
    Iterate,
}

/// A dict model: a program for each participant.
#[derive(Clone, Debug)]
pub struct DictModel {
    /// Who takes part, under which name, and what they do.
    pub programs: Vec<(&'static str, Vec<Step>)>,
    /// How many words each half of the one shard has; the first four are the table.
    pub words: usize,
    /// How many words a value takes.
    pub value_words: usize,
    /// The keys that are set to 0 at the start.
    pub prefilled: Vec<Key>,
    /// Those of them that are removed again: they leave graves.
    pub removed: Vec<Key>,
}

/// The keys that models use.
pub const KEYS: std::ops::Range<Key> = 0..6;

/// A value: the same byte again and again, over some words.
type Value = Vec<u8>;

/// The dict and what the harness knows of an execution.
#[derive(Debug)]
pub struct Shared {
    dict: Dict<Key, Value>,
    /// How long the bytes of a value are.
    len: usize,
    /// What each participant did to which key. No object of loom's, so it orders nothing.
    done: RefCell<Vec<Vec<(Key, Done)>>>,
}

impl Scenario for DictModel {
    type Shared = Shared;

    fn roles(&self) -> Vec<&'static str> {
        self.programs.iter().map(|(name, _)| *name).collect()
    }

    fn set_up(&self) -> Shared {
        let dict = Dict::builder(8 * self.words).shards(1).seed(0).build();
        let dict = dict.expect("the model has memory");
        let done = RefCell::new(vec![Vec::new(); self.programs.len()]);
        // A length of one byte comes before the bytes.
        let shared = Shared { dict, len: 8 * self.value_words - 1, done };
        for key in &self.prefilled {
            shared.dict.insert(key, &shared.value(0)).expect("room");
        }
        for key in &self.removed {
            shared.dict.remove(key).expect("no peer is there");
        }
        shared
    }

    fn run(&self, me: usize, shared: &Shared) {
        for step in &self.programs[me].1 {
            shared.step(me, *step);
        }
    }

    fn judge(&self, shared: &Shared, run: &Run) {
        let left = |key| self.prefilled.contains(&key) && !self.removed.contains(&key);
        for key in KEYS {
            let end = shared.read(key);
            let done = shared.done.borrow();
            let of_key = |done: &Vec<(Key, Done)>| {
                done.iter().filter(|(k, _)| *k == key).map(|(_, done)| *done).collect()
            };
            let programs: Vec<Vec<Done>> = done.iter().map(of_key).collect();
            let start = left(key).then_some(0);
            assert!(
                is_explained(&spec::Value(start), &programs, &spec::Value(end)),
                "no order of what was done to key {key} leads from {start:?} to {end:?}: \
                 {programs:?}"
            );
        }
        let deaths = run.crashed.iter().filter(|crashed| **crashed).count();
        let backstops = run.backstops.iter().copied().max().unwrap_or(0);
        assert!(backstops <= deaths, "{backstops} backstops for {deaths} deaths");
        shared.assert_usable();
    }
}

impl Shared {
    fn value(&self, value: u8) -> Value {
        vec![value; self.len]
    }

    fn number(&self, value: &[u8]) -> u8 {
        assert_eq!(value.len(), self.len, "torn: {value:?}");
        assert!(value.iter().all(|byte| *byte == value[0]), "torn: {value:?}");
        value[0]
    }

    fn read(&self, key: Key) -> Answer {
        let value = self.dict.get(&key).expect("reading finds nothing that is corrupt");
        value.map(|value| self.number(&value))
    }

    fn step(&self, me: usize, step: Step) {
        match step {
            Step::Clear => {
                KEYS.for_each(|key| self.begin(me, key, Op::Clear));
                ok(self.dict.clear());
                let mut done = self.done.borrow_mut();
                done[me].iter_mut().for_each(|(_, done)| done.answer = done.answer.or(Some(None)));
            }
            Step::Len => assert!(self.dict.len() <= KEYS.len(), "more than there are"),
            Step::Iterate => self.iterate(),
            Step::Follow(first, second) => {
                if self.read(first) == Some(1) {
                    assert_eq!(self.read(second), Some(1), "it was written before");
                }
            }
            step => self.step_on_key(me, step),
        }
    }

    fn iterate(&self) {
        let mut seen = Vec::new();
        for entry in self.dict.iter() {
            let (key, value) = entry.expect("reading finds nothing that is corrupt");
            self.number(&value);
            assert!(KEYS.contains(&key) && !seen.contains(&key), "{key} again, after {seen:?}");
            seen.push(key);
        }
    }

    fn step_on_key(&self, me: usize, step: Step) {
        let yes = |is: bool| is.then_some(1);
        let dict = &self.dict;
        let value = |value| self.value(value);
        let (key, op) = step.on_key();
        self.begin(me, key, op);
        let answer = match op {
            Op::Get => self.read(key),
            Op::Set(new) => yes(ok(dict.insert(&key, &value(new)))),
            Op::Add => {
                let add = |old: Option<Value>| value(old.map_or(0, |old| self.number(&old)) + 1);
                Some(self.number(&ok(dict.update(&key, add))))
            }
            Op::Remove => yes(ok(dict.remove(&key))),
            Op::Clear => None,
            Op::CompareAndSet(old, new) => {
                let old = old.map(value);
                yes(ok(dict.compare_and_set(&key, old.as_ref(), &value(new))))
            }
            Op::GetOrInsert(new) => {
                Some(self.number(&ok(dict.get_or_insert_with(&key, || value(new)))))
            }
        };
        let mut done = self.done.borrow_mut();
        done[me].last_mut().expect("begun").1.answer = Some(answer);
    }

    fn begin(&self, me: usize, key: Key, op: Op) {
        self.done.borrow_mut()[me].push((key, Done { op, answer: None }));
    }

    /// Once all have ended, the dict can be written, its length is exact, and it can be emptied.
    fn assert_usable(&self) {
        model::note("the final check writes every key that is there");
        let patient = self.dict.with_timeout(Duration::from_millis(200));
        let there: Vec<Key> = KEYS.filter(|key| self.read(*key).is_some()).collect();
        for key in &there {
            ok(patient.insert(key, &self.value(9)));
        }
        if there.is_empty() {
            ok(patient.insert(&0, &self.value(9)));
        }
        let there = there.len().max(1);
        assert_eq!(self.dict.len(), there, "keys are counted right");
        assert_eq!(self.dict.iter().count(), there, "all are met");
        ok(patient.clear());
        assert_eq!((self.dict.len(), self.dict.iter().count()), (0, 0), "cleared");
    }
}

impl Step {
    /// What it does to one key.
    fn on_key(self) -> (Key, Op) {
        match self {
            Self::Get(key) => (key, Op::Get),
            Self::Set(key, new) => (key, Op::Set(new)),
            Self::Add(key) => (key, Op::Add),
            Self::Remove(key) => (key, Op::Remove),
            Self::Swap(key, old, new) => (key, Op::CompareAndSet(Some(old), new)),
            Self::Claim(key, new) => (key, Op::CompareAndSet(None, new)),
            Self::GetOrInsert(key, new) => (key, Op::GetOrInsert(new)),
            Self::Follow(..) | Self::Clear | Self::Len | Self::Iterate => {
                unreachable!("they are of no one key")
            }
        }
    }
}

fn ok<T>(result: Result<T, DictWriteError>) -> T {
    result.expect("there is room, and nobody is in the way for ever")
}
