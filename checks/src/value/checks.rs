//! What `forkstep check value` runs.

use super::counter::{Counter, Role as Adds};
use super::passing::{Passing, Role as Passes};
use super::plans::{Planted, check_plans};
use super::register::{Register, Role};
use super::sample::Sample;
use crate::check::{Check, Level};
use crate::named::Named;
use crate::scenario::Scenario;

type Two = [u64; 2];
type Three = [u64; 3];

fn registers<T: Sample>(level: Level, models: Vec<Named<Register<T>>>) -> Vec<Check> {
    let size = |model: &Register<T>| model.participants();
    models.into_iter().map(|model| of_model::<T, _>(model, size, level)).collect()
}

fn counters<T: Sample>(level: Level, models: Vec<Named<Counter<T>>>) -> Vec<Check> {
    let size = |model: &Counter<T>| model.participants();
    models.into_iter().map(|model| of_model::<T, _>(model, size, level)).collect()
}

fn passing<T: Sample>(level: Level, models: Vec<Named<Passing<T>>>) -> Vec<Check> {
    let size = |model: &Passing<T>| model.participants();
    models.into_iter().map(|model| of_model::<T, _>(model, size, level)).collect()
}

fn of_model<T: Sample, M: Scenario + Clone>(
    named: Named<M>,
    participants: impl Fn(&M) -> usize,
    level: Level,
) -> Check {
    let size = format!("{} participants, words: {}", participants(&named.model), T::WORDS);
    let not_covered = "load buffering, more participants, stores that race with additions";
    named.check("value", size, not_covered, level)
}

/// A register by name.
fn register<T>(property: &'static str, bound: usize, roles: &[Role]) -> Named<Register<T>> {
    Named::new(property, bound, Register::new(roles))
}

/// A counter by name.
fn counter<T>(property: &'static str, bound: usize, roles: &[Adds]) -> Named<Counter<T>> {
    Named::new(property, bound, Counter::new(roles))
}

/// A datum that is handed on, by name.
fn passed<T>(property: &'static str, roles: &[Passes]) -> Named<Passing<T>> {
    Named::new(property, 2, Passing::new(roles))
}

fn registers_of_two() -> Vec<Named<Register<Two>>> {
    use Role::{Get, Set, SetHolding};
    vec![
        register("a reader beside a writer sees no half, any one crash", 2, &[Get(2), Set(2)])
            .crashes(1),
        register("two writers and a reader", 1, &[Get(2), Set(1), Set(1)]),
        register("two writers and a reader, any one crash", 0, &[Get(2), Set(1), Set(1)])
            .crashes(1),
        register("two writers, any two crashes", 1, &[Set(1), Set(1)]).crashes(2),
        register("a holder's values are its own, any one crash", 1, &[SetHolding(2), Set(1)])
            .crashes(1),
    ]
}

fn registers_of_three() -> Vec<Named<Register<Three>>> {
    use Role::{Get, Set};
    vec![
        register("a reader beside a writer sees no third", 2, &[Get(1), Set(2)]),
        register("two readers beside a writer, any one crash", 0, &[Get(1), Get(1), Set(2)])
            .crashes(1),
    ]
}

fn registers_of_one() -> Vec<Named<Register<u64>>> {
    use Role::{Get, Set, SetHolding};
    vec![
        register("a reader beside two writers, any one crash", 1, &[Get(2), Set(1), Set(1)])
            .crashes(1),
        register("a holder's numbers are its own, any two crashes", 1, &[SetHolding(2), Set(1)])
            .crashes(2),
    ]
}

fn counters_of_one() -> Vec<Named<Counter<u64>>> {
    use Adds::{Add, Exchange, HoldUpdate, Panic, Update};
    vec![
        counter("updates and additions lose nothing", 2, &[Update(2), Add(2)]),
        counter("updates and additions, any one crash", 1, &[Update(1), Update(1), Add(1)])
            .crashes(1),
        counter("updates and additions, any two crashes", 1, &[Update(1), Add(1)]).crashes(2),
        counter("updates and exchanges, any one crash", 2, &[Update(1), Exchange]).crashes(1),
        counter("a holder's update beside additions", 2, &[HoldUpdate, Add(2)]).crashes(1),
        counter("additions and exchanges", 2, &[Add(1), Add(1), Exchange]).crashes(1),
        counter("a panic leaves no poison, any one crash", 1, &[Panic, Update(1)]).crashes(1),
    ]
}

fn counters_of_two() -> Vec<Named<Counter<Two>>> {
    use Adds::{Hold, HoldUpdate, Timeout, Try, Twice, Update};
    vec![
        counter("updates of two words lose nothing, any one crash", 2, &[Update(1), Update(1)])
            .crashes(1),
        counter("updates of two words lose nothing, any two crashes", 1, &[Update(1), Update(1)])
            .crashes(2),
        counter("holders exclude each other and updates", 1, &[Hold, Hold, Update(1)]),
        counter("holders and updates, any one crash", 1, &[Hold, Update(1)]).crashes(1),
        counter("holders and updates, any two crashes", 0, &[Hold, HoldUpdate, Update(1)])
            .crashes(2),
        counter("a try never waits, any one crash", 2, &[Hold, Try]).crashes(1),
        counter("a lock in time, any one crash", 1, &[Hold, Timeout]).crashes(1).time_outs(),
        counter("what needs the lock twice is refused", 1, &[Twice, Hold]).crashes(1),
    ]
}

fn passing_of_one() -> Vec<Named<Passing<u64>>> {
    use Passes::{
        Add, AddSees, Exchange, ExchangeFails, ExchangeSees, Get, Set, Store, Update, UpdateSees,
    };
    vec![
        passed("what was done before a set is seen by get", &[Set, Get]),
        passed("what was done before a store is seen by update", &[Store, UpdateSees]),
        passed("what was done before an addition is seen by get", &[Add, Get]),
        passed("what was done before an update is seen by an addition", &[Update, AddSees]),
        passed("what was done before an exchange is seen by one", &[Exchange, ExchangeSees]),
        passed("what was done before an addition is seen by update", &[Add, UpdateSees]),
        passed(
            "what was done before an exchange is seen by one that fails",
            &[Exchange, ExchangeFails],
        ),
    ]
}

fn passing_of_two() -> Vec<Named<Passing<Two>>> {
    use Passes::{Get, Set, Update};
    vec![
        passed("what was done before a set of two words is seen by get", &[Set, Get]),
        passed("what was done before an update of two words is seen by get", &[Update, Get]),
    ]
}

/// All checks of the value.
#[must_use]
pub fn all(level: Level) -> Vec<Check> {
    [
        registers(level, registers_of_one()),
        registers(level, registers_of_two()),
        registers(level, registers_of_three()),
        counters(level, counters_of_one()),
        counters(level, counters_of_two()),
        passing(level, passing_of_one()),
        passing(level, passing_of_two()),
        vec![on_processes(level)],
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn on_processes(level: Level) -> Check {
    let property = "random plans with kills: nothing torn, lost or stuck";
    Check::of_plans("value", property, 6, level, |plans, seed, progress| {
        check_plans(plans, seed, Planted::Nothing, progress)
            .map(|checked| (checked.plans, checked.kills))
    })
}
