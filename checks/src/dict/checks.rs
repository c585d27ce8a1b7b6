//! What `forkstep check dict` runs.

use super::models::{DictModel, Step};
use super::plans::{Planted, check_plans};
use crate::check::{Check, Level};
use crate::named::Named;

/// Keys whose search starts at the same slot of a table of four.
const A: u8 = 2;
const B: u8 = 3;
const C: u8 = 4;
/// Keys whose search starts elsewhere.
const D: u8 = 1;
const E: u8 = 5;

/// A model on a table of four slots, with room for `entries` more words.
fn named(
    property: &'static str,
    bound: usize,
    entries: usize,
    programs: &[(&'static str, &[Step])],
) -> Named<DictModel> {
    let programs = programs.iter().map(|(name, steps)| (*name, steps.to_vec())).collect();
    let model = DictModel {
        programs,
        words: 4 + entries,
        value_words: 1,
        prefilled: Vec::new(),
        removed: Vec::new(),
    };
    Named::new(property, bound, model)
}

impl Named<DictModel> {
    /// Sets keys to 0 at the start.
    fn with(mut self, keys: &[u8]) -> Self {
        self.model.prefilled = keys.to_vec();
        self
    }

    /// Removes some of them again.
    fn without(mut self, keys: &[u8]) -> Self {
        self.model.removed = keys.to_vec();
        self
    }

    /// Values take so many words.
    fn wide(mut self, words: usize) -> Self {
        self.model.value_words = words;
        self
    }
}

fn models() -> Vec<Named<DictModel>> {
    let mut models = reading();
    models.extend(reading_a_table());
    models.extend(writing());
    models.extend(dying());
    models
}

/// Readers beside writers. A value of two words takes four with its key and lengths, so a half with
/// room for no more is left at each write. A value of one word is changed where it lies.
fn reading() -> Vec<Named<DictModel>> {
    use Step::{Follow, Get, Set};
    let (read, read_twice): (&[Step], &[Step]) = (&[Get(A)], &[Get(A), Get(A)]);
    vec![
        named(
            "a value of two words is never torn",
            2,
            12,
            &[("read twice", read_twice), ("write", &[Set(A, 1)])],
        )
        .with(&[A])
        .wide(2),
        named(
            "a value of one word is changed where it lies",
            2,
            12,
            &[("read twice", read_twice), ("write twice", &[Set(A, 1), Set(A, 2)])],
        )
        .with(&[A]),
        named(
            "who sees a value sees what was written before",
            2,
            12,
            &[("follow", &[Follow(A, B)]), ("lead", &[Set(B, 1), Set(A, 1)])],
        )
        .with(&[A, B]),
        named(
            "who sees a new key sees what was written before",
            2,
            12,
            &[("follow", &[Follow(A, B)]), ("lead", &[Set(B, 1), Set(A, 1)])],
        ),
        named(
            "a value is read while the table moves twice",
            2,
            4,
            &[("read", read), ("write twice", &[Set(A, 1), Set(A, 2)])],
        )
        .with(&[A])
        .wide(2),
        named(
            "a value is read while the table moves three times",
            1,
            4,
            &[("read twice", read_twice), ("write", &[Set(A, 1), Set(A, 2), Set(A, 3)])],
        )
        .with(&[A])
        .wide(2),
    ]
}

/// Readers beside writers that change the table itself.
fn reading_a_table() -> Vec<Named<DictModel>> {
    use Step::{Clear, Get, Iterate, Len, Remove, Set};
    vec![
        named(
            "a key is read while the table grows",
            2,
            16,
            &[("read both", &[Get(A), Get(E)]), ("insert", &[Set(E, 1)])],
        )
        .with(&[A, B, D]),
        named(
            "a key that comes back in an earlier slot is there or was away",
            2,
            12,
            &[("read", &[Get(B)]), ("put it back", &[Remove(A), Remove(B), Set(B, 1)])],
        )
        .with(&[A, B, C]),
        named(
            "a search goes on behind a grave",
            2,
            12,
            &[("read", &[Get(B), Get(C)]), ("take the grave", &[Set(A, 1), Remove(A)])],
        )
        .with(&[A, B, C])
        .without(&[A]),
        named(
            "a key is read while all are removed",
            2,
            6,
            &[("read twice", &[Get(A), Get(A)]), ("clear and write", &[Clear, Set(A, 1)])],
        )
        .with(&[A, B]),
        named(
            "an iteration meets each key once",
            1,
            6,
            &[("iterate", &[Iterate, Len]), ("write", &[Set(A, 1), Remove(B)])],
        )
        .with(&[A, B]),
    ]
}

fn writing() -> Vec<Named<DictModel>> {
    use Step::{Add, Claim, Clear, Get, GetOrInsert, Len, Remove, Set, Swap};
    vec![
        named(
            "two updates are both there",
            2,
            12,
            &[("add one", &[Add(A)]), ("add one", &[Add(A)])],
        ),
        named(
            "two updates of a table that moves each time",
            2,
            4,
            &[("add one", &[Add(A)]), ("add one", &[Add(A)])],
        )
        .with(&[A])
        .wide(2),
        named(
            "one of two that compare and set wins",
            2,
            12,
            &[("0 to 1", &[Swap(A, 0, 1)]), ("0 to 2", &[Swap(A, 0, 2)])],
        )
        .with(&[A]),
        named(
            "one of two that claim a key gets it",
            2,
            12,
            &[
                ("claim", &[Claim(A, 1)]),
                ("insert if it is not there", &[GetOrInsert(A, 2), Get(A)]),
            ],
        ),
        named(
            "a key is written and removed by two",
            2,
            12,
            &[
                ("write, read", &[Set(A, 1), Get(A)]),
                ("remove, ask for the length", &[Remove(A), Len]),
            ],
        )
        .with(&[A, B]),
        named(
            "three write and read",
            1,
            9,
            &[("write", &[Set(A, 1)]), ("write", &[Set(A, 2)]), ("read twice", &[Get(A), Get(A)])],
        )
        .with(&[A]),
        named(
            "three on a table that moves",
            0,
            4,
            &[("add one", &[Add(A)]), ("clear", &[Clear]), ("read twice", &[Get(A), Get(A)])],
        )
        .with(&[A])
        .wide(2),
    ]
}

fn dying() -> Vec<Named<DictModel>> {
    use Step::{Add, Clear, Get, Remove, Set};
    vec![
        named(
            "a writer or a reader dies: old or new",
            1,
            12,
            &[("write", &[Set(A, 1), Set(B, 1)]), ("read both", &[Get(A), Get(B)])],
        )
        .with(&[A])
        .wide(2)
        .crashes(1),
        named(
            "a writer dies while it moves the table",
            1,
            4,
            &[("write", &[Set(A, 1)]), ("write and read", &[Set(A, 2), Get(A)])],
        )
        .with(&[A])
        .wide(2)
        .crashes(1),
        named(
            "a writer dies, and who repairs after it",
            1,
            12,
            &[("add one", &[Add(A)]), ("add one", &[Add(A)])],
        )
        .crashes(2),
        named(
            "two die while they move the table",
            1,
            4,
            &[("add one", &[Add(A)]), ("add one", &[Add(A)])],
        )
        .with(&[A])
        .wide(2)
        .crashes(2),
        named(
            "a writer dies while the table grows",
            1,
            22,
            &[("insert", &[Set(E, 1)]), ("insert another", &[Set(C, 1)])],
        )
        .with(&[A, B, D])
        .crashes(1),
        named(
            "who removes or clears dies: counted right",
            1,
            9,
            &[("remove", &[Remove(A)]), ("clear, write", &[Clear, Set(A, 1)])],
        )
        .with(&[A, B])
        .crashes(1),
        named(
            "one of three dies",
            0,
            9,
            &[("add one", &[Add(A)]), ("add one", &[Add(A)]), ("remove", &[Remove(A)])],
        )
        .with(&[A])
        .crashes(1),
    ]
}

/// All checks of the dict.
#[must_use]
pub fn all(level: Level) -> Vec<Check> {
    let mut checks: Vec<Check> = models().into_iter().map(|named| of_model(named, level)).collect();
    checks.push(on_processes(level));
    checks
}

fn on_processes(level: Level) -> Check {
    let property = "random plans with kills: each key strictly linearizable, no reader waits";
    Check::of_plans("dict", property, 4, level, |plans, seed, progress| {
        check_plans(plans, seed, Planted::Nothing, progress)
            .map(|checked| (checked.plans, checked.kills))
    })
}

fn of_model(named: Named<DictModel>, level: Level) -> Check {
    let DictModel { programs, words, .. } = &named.model;
    let size = format!("{} participants, 2 halves of {words} words", programs.len());
    named.check("dict", size, "load buffering, more participants, more keys", level)
}
