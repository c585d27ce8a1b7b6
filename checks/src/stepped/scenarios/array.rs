//! The array: elements that are values, under one lock.

use forkstep::Array;

use super::numbers::{Ask, Numbers, ask};
use crate::stepped::{Log, Scenario};

/// All scenarios of the array.
pub(super) fn all() -> Vec<Scenario> {
    let updates = Scenario::builder("array", two_numbers)
        .shows("updates of two elements under one lock")
        .participant("update", |array, log| update(array, log, 0))
        .participant("update", |array, log| update(array, log, 1))
        .afterwards(look)
        .operations(2)
        .specified(Numbers(2));
    let addition = Scenario::builder("array-add", two_numbers)
        .shows("an update of an element, and an addition to it that takes no lock")
        .participant("update", |array, log| update(array, log, 1))
        .participant("add", |array, log| {
            ask(log, Ask::Add(1, 1), || array.fetch_add(1, 1).expect("it is there") + 1);
        })
        .afterwards(look)
        .operations(2)
        .specified(Numbers(2));
    [updates, addition].map(|builder| builder.build()).into()
}

fn two_numbers() -> Array<u64> {
    Array::new(2, 0).expect("there is memory")
}

fn update(array: &Array<u64>, log: &Log<'_>, place: usize) {
    ask(log, Ask::Add(place, 1), || array.update(place, |number| number + 1).expect("the lock"));
}

fn get(array: &Array<u64>, log: &Log<'_>, place: usize) {
    ask(log, Ask::Get(place), || array.get(place).expect("it is there"));
}

/// Finds both elements, and that they can still be changed.
fn look(array: &Array<u64>, log: &Log<'_>) {
    (0..2).for_each(|place| get(array, log, place));
    (0..2).for_each(|place| update(array, log, place));
    (0..2).for_each(|place| get(array, log, place));
}
