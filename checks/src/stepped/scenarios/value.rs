//! The value: a number that is read without a lock, and changed with one or by one instruction.

use forkstep::Value;

use super::numbers::{Ask, Numbers, ask};
use crate::stepped::scenario::Builder;
use crate::stepped::{Log, Scenario};

/// A number in several words, each of which holds it.
type Long = [u64; 3];

/// All scenarios of the value.
pub(super) fn all() -> Vec<Scenario> {
    let short = Scenario::builder("value", || Value::new(0_u64).expect("there is memory"))
        .shows("an update of a number, and an addition to it that takes no lock")
        .participant("update", |value, log| {
            ask(log, Ask::Add(0, 1), || value.update(|number| number + 1).expect("the lock"));
        })
        .participant("add", |value, log| {
            ask(log, Ask::Add(0, 1), || value.fetch_add(1) + 1);
        })
        .afterwards(|value, log| {
            ask(log, Ask::Get(0), || value.get());
            ask(log, Ask::Set(0, 9), || {
                value.set(9).expect("nobody holds the lock");
                value.get()
            });
        })
        .operations(2)
        .specified(Numbers(1))
        .build();
    // A get reads one of two copies, and the second update from then on writes over it.
    let get = on_a_long_value("value-long")
        .shows("two updates of a value of several words, and a get of it meanwhile")
        .operations(3)
        .participant("update twice", |value, log| {
            update(value, log);
            update(value, log);
        })
        .participant("get", get);
    let updates = on_a_long_value("value-long-updates")
        .shows("two updates of a value of several words at the same time")
        .operations(2)
        .participant("update", update)
        .participant("update", update);
    let long = [get, updates].map(Builder::build);
    [short].into_iter().chain(long).collect()
}

fn on_a_long_value(name: &str) -> Builder<Value<Long>> {
    Scenario::builder(name, || Value::new([0; 3]).expect("there is memory"))
        .afterwards(|value, log| {
            get(value, log);
            ask(log, Ask::Set(0, 9), || {
                value.set([9; 3]).expect("nobody holds the lock");
                whole(value.get(), log)
            });
        })
        .specified(Numbers(1))
}

fn update(value: &Value<Long>, log: &Log<'_>) {
    ask(log, Ask::Add(0, 1), || {
        let updated = value.update(|words| words.map(|word| word + 1)).expect("the lock");
        whole(updated, log)
    });
}

fn get(value: &Value<Long>, log: &Log<'_>) {
    ask(log, Ask::Get(0), || whole(value.get(), log));
}

/// The number, which no reader may see half of.
fn whole(words: Long, log: &Log<'_>) -> u64 {
    if words != [words[0]; 3] {
        log.fail(&format!("torn: {words:?}"));
    }
    words[0]
}
