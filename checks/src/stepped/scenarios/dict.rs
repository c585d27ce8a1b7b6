//! The dict, of few keys in one shard.

use std::collections::BTreeMap;

use forkstep::{Dict, DictWriteError};
use serde::{Deserialize, Serialize};

use crate::stepped::scenario::Builder;
use crate::stepped::{Log, Scenario, SequentialSpec};

/// Enough words in each half of the shard for four keys: four slots, and three words for each.
const ROOMY: usize = 16;
/// Enough for two keys and no third.
const TIGHT: usize = 12;

/// The key that participants work on.
const KEY: u8 = 1;
/// What it is at the start.
const FIRST: u8 = 5;

/// All scenarios of the dict.
pub(super) fn all() -> Vec<Scenario> {
    let update_and_get = on_a_dict("dict", ROOMY, Fill::Key)
        .shows("an update of a key, and a get of it")
        .participant("update", |dict, log| add(dict, log, KEY))
        .participant("get", |dict, log| get(dict, log, KEY));
    let insert_and_remove = on_a_dict("dict-insert-remove", ROOMY, Fill::Nothing)
        .shows("an insertion of a key, and a removal of it")
        .participant("insert", |dict, log| insert(dict, log, KEY, 7))
        .participant("remove", |dict, log| remove(dict, log, KEY));
    let updates = on_a_dict("dict-updates", ROOMY, Fill::Key)
        .shows("two updates of one key at the same time")
        .participant("update", |dict, log| add(dict, log, KEY))
        .participant("update", |dict, log| add(dict, log, KEY));
    let inserts = on_a_dict("dict-inserts", ROOMY, Fill::Nothing)
        .shows("insertions of two keys at the same time")
        .participant("insert", |dict, log| insert(dict, log, KEY, 7))
        .participant("insert", |dict, log| insert(dict, log, 2, 8));
    // A get reads the table in one of two halves, and the second move from then on writes over it.
    let moved = on_a_dict("dict-move", TIGHT, Fill::KeyAndGrave)
        .shows("insertions that move the table twice, and a get meanwhile")
        .participant("insert, remove, insert", |dict, log| {
            insert(dict, log, 3, 7);
            remove(dict, log, 3);
            insert(dict, log, 2, 8);
        })
        .participant("get", |dict, log| get(dict, log, KEY))
        .operations(4);
    let two = [update_and_get, insert_and_remove, updates, inserts];
    let two = two.map(|builder| builder.operations(2));
    two.into_iter().chain([moved]).map(Builder::build).collect()
}

/// What is in the dict at the start.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fill {
    Nothing,
    Key,
    /// The key, and the place of another one that was removed.
    KeyAndGrave,
}

fn on_a_dict(name: &str, words: usize, fill: Fill) -> Builder<Dict<u8, u8>> {
    let set_up = move || {
        let dict = Dict::builder(8 * words).shards(1).seed(0).build().expect("there is memory");
        if fill != Fill::Nothing {
            dict.insert(&KEY, &FIRST).expect("there is room");
        }
        if fill == Fill::KeyAndGrave {
            dict.insert(&2, &0).expect("there is room");
            dict.remove(&2).expect("it is there");
        }
        dict
    };
    let start = if fill == Fill::Nothing { BTreeMap::new() } else { [(KEY, FIRST)].into() };
    Scenario::builder(name, set_up).afterwards(look).specified(Map(start))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Ask {
    Get(u8),
    Insert(u8, u8),
    Remove(u8),
    /// Adds one to what is there, by an update.
    Add(u8),
    Len,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Answer {
    Value(Option<u8>),
    /// Whether the key is new, or was there.
    Is(bool),
    Number(usize),
}

fn get(dict: &Dict<u8, u8>, log: &Log<'_>, key: u8) {
    log.call(Ask::Get(key), || Answer::Value(dict.get(&key).expect("nothing is corrupt")));
}

fn insert(dict: &Dict<u8, u8>, log: &Log<'_>, key: u8, value: u8) {
    log.call(Ask::Insert(key, value), || Answer::Is(ok(dict.insert(&key, &value))));
}

fn remove(dict: &Dict<u8, u8>, log: &Log<'_>, key: u8) {
    log.call(Ask::Remove(key), || Answer::Is(ok(dict.remove(&key))));
}

fn add(dict: &Dict<u8, u8>, log: &Log<'_>, key: u8) {
    log.call(Ask::Add(key), || {
        Answer::Value(Some(ok(dict.update(&key, |value| value.unwrap_or(0) + 1))))
    });
}

fn ok<T>(result: Result<T, DictWriteError>) -> T {
    result.expect("there is room, and nobody is in the way for ever")
}

/// Finds what is there, and that keys are counted right once somebody has written.
fn look(dict: &Dict<u8, u8>, log: &Log<'_>) {
    (1..=3).for_each(|key| get(dict, log, key));
    remove(dict, log, 2);
    remove(dict, log, 3);
    insert(dict, log, KEY, 9);
    log.call(Ask::Len, || Answer::Number(dict.len()));
    let mut met: Vec<_> = dict.iter().map(|entry| entry.expect("nothing is corrupt")).collect();
    met.sort_unstable();
    if met != [(KEY, 9)] {
        log.fail(&format!("{met:?} are met, and only key {KEY} is there"));
    }
}

/// A map from keys to values, which is this at the start.
struct Map(BTreeMap<u8, u8>);

impl SequentialSpec for Map {
    type State = BTreeMap<u8, u8>;
    type Operation = Ask;
    type Answer = Answer;

    fn start(&self) -> Self::State {
        self.0.clone()
    }

    fn apply(
        &self,
        state: &Self::State,
        _participant: usize,
        ask: &Ask,
    ) -> Vec<(Self::State, Answer)> {
        let mut after = state.clone();
        let answer = match *ask {
            Ask::Get(key) => Answer::Value(state.get(&key).copied()),
            Ask::Insert(key, value) => Answer::Is(after.insert(key, value).is_none()),
            Ask::Remove(key) => Answer::Is(after.remove(&key).is_some()),
            Ask::Add(key) => {
                let value = after.entry(key).or_default();
                *value += 1;
                Answer::Value(Some(*value))
            }
            Ask::Len => Answer::Number(state.len()),
        };
        vec![(after, answer)]
    }
}
