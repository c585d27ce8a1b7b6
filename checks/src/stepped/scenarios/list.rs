//! The list, of few values.

use forkstep::{DictWriteError, List};
use serde::{Deserialize, Serialize};

use crate::stepped::scenario::Builder;
use crate::stepped::{Log, Scenario, SequentialSpec};

/// All scenarios of the list.
pub(super) fn all() -> Vec<Scenario> {
    let appends = on_a_list("list", &[])
        .shows("two values are appended at the same time")
        .participant("append", |list, log| append(list, log, 1))
        .participant("append", |list, log| append(list, log, 2));
    let pop = on_a_list("list-pop", &[5])
        .shows("a value is appended while the last one is taken")
        .participant("append", |list, log| append(list, log, 1))
        .participant("pop", pop);
    [appends, pop].map(|builder| builder.operations(2).build()).into()
}

/// Enough for four values: their table, and three words for each.
const BYTES: usize = 8 * 16;

fn on_a_list(name: &str, stock: &'static [u8]) -> Builder<List<u8>> {
    let set_up = move || {
        let list = List::new(BYTES).expect("there is memory");
        for value in stock {
            list.append(value).expect("there is room");
        }
        list
    };
    Scenario::builder(name, set_up).afterwards(look).specified(Row(stock.to_vec()))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Ask {
    Append(u8),
    Pop,
    Len,
    /// All values, while nobody changes them.
    All,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Answer {
    Number(usize),
    Value(Option<u8>),
    Values(Vec<u8>),
}

fn append(list: &List<u8>, log: &Log<'_>, value: u8) {
    log.call(Ask::Append(value), || Answer::Number(ok(list.append(&value))));
}

fn pop(list: &List<u8>, log: &Log<'_>) {
    log.call(Ask::Pop, || Answer::Value(ok(list.pop())));
}

fn ok<T>(result: Result<T, DictWriteError>) -> T {
    result.expect("there is room, and nobody is in the way for ever")
}

/// Finds what is there, and that values are counted right once somebody has written.
fn look(list: &List<u8>, log: &Log<'_>) {
    append(list, log, 9);
    log.call(Ask::All, || {
        Answer::Values(list.iter().map(|value| value.expect("nothing is corrupt")).collect())
    });
    log.call(Ask::Len, || Answer::Number(list.len()));
    pop(list, log);
}

/// Values in the order in which they were appended, these at the start.
struct Row(Vec<u8>);

impl SequentialSpec for Row {
    type State = Vec<u8>;
    type Operation = Ask;
    type Answer = Answer;

    fn start(&self) -> Vec<u8> {
        self.0.clone()
    }

    fn apply(&self, state: &Vec<u8>, _participant: usize, ask: &Ask) -> Vec<(Vec<u8>, Answer)> {
        let mut after = state.clone();
        let answer = match *ask {
            Ask::Append(value) => {
                after.push(value);
                Answer::Number(state.len())
            }
            Ask::Pop => Answer::Value(after.pop()),
            Ask::Len => Answer::Number(state.len()),
            Ask::All => Answer::Values(state.clone()),
        };
        vec![(after, answer)]
    }
}
