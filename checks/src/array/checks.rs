//! What `forkstep check array` runs.

use super::models::{ArrayModel, Role};
use crate::check::{Check, Level};
use crate::named::Named;
use crate::value::sample::Sample;

fn named<T>(property: &'static str, bound: usize, roles: &[Role]) -> Named<ArrayModel<T>> {
    Named::new(property, bound, ArrayModel::new(roles))
}

fn of_two_words() -> Vec<Named<ArrayModel<[u64; 2]>>> {
    use Role::{Copy, Fill, Iterate, Move, Replace, Set, SumHolding, Update};
    vec![
        named("two elements under one lock, any one crash", 1, &[Update(0), Update(1)]).crashes(1),
        named("a copy beside a fill: whole elements, any one crash", 1, &[Copy, Fill]).crashes(1),
        named("a walk beside two writers", 0, &[Iterate, Update(0), Fill]),
        named("who holds the lock sees no half of a move", 2, &[Move, SumHolding]),
        named("who fills is alone: a slice waits, any one crash", 1, &[Fill, Replace]).crashes(1),
        named("who fills is alone: a set waits, any one crash", 1, &[Fill, Set]).crashes(1),
        named("moves and fills, any one crash", 1, &[Move, Fill]).crashes(1),
        named("moves and fills, any two crashes", 0, &[Move, Fill]).crashes(2),
    ]
}

fn of_one_word() -> Vec<Named<ArrayModel<u64>>> {
    use Role::{Add, Copy, Fill, Update};
    vec![
        named("updates and additions of one element, any one crash", 2, &[Update(1), Add(1)])
            .crashes(1),
        named("additions beside a fill of the other element", 1, &[Add(0), Update(1), Copy])
            .crashes(1),
        named("a copy beside a fill, any one crash", 2, &[Copy, Fill]).crashes(1),
    ]
}

/// All checks of the array.
#[must_use]
pub fn all(level: Level) -> Vec<Check> {
    let one = of_one_word().into_iter().map(|named| of_model(named, level));
    let two = of_two_words().into_iter().map(|named| of_model(named, level));
    one.chain(two).collect()
}

fn of_model<T: Sample>(named: Named<ArrayModel<T>>, level: Level) -> Check {
    let participants = named.model.roles.len();
    let size = format!("{participants} participants, 2 elements, words: {}", T::WORDS);
    named.check("array", size, "load buffering, more participants, longer arrays", level)
}
