//! Numbers that are read and changed one at a time: what values and arrays are specified by.

use serde::{Deserialize, Serialize};

use crate::stepped::{Log, SequentialSpec};

/// What is asked for, of the number at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Ask {
    Get(usize),
    Set(usize, u64),
    /// Adds, and answers the sum.
    Add(usize, u64),
}

/// The number behind the operation.
pub(super) type Answer = u64;

/// As many numbers, all of them 0 at the start.
pub(super) struct Numbers(pub(super) usize);

impl SequentialSpec for Numbers {
    type State = Vec<u64>;
    type Operation = Ask;
    type Answer = Answer;

    fn start(&self) -> Vec<u64> {
        vec![0; self.0]
    }

    fn apply(&self, state: &Vec<u64>, _participant: usize, ask: &Ask) -> Vec<(Vec<u64>, Answer)> {
        let mut after = state.clone();
        let (Ask::Get(place) | Ask::Set(place, _) | Ask::Add(place, _)) = *ask;
        match *ask {
            Ask::Get(_) => {}
            Ask::Set(_, number) => after[place] = number,
            Ask::Add(_, number) => after[place] += number,
        }
        let answer = after[place];
        vec![(after, answer)]
    }
}

/// Asks, and says what came of it.
pub(super) fn ask(log: &Log<'_>, ask: Ask, answer: impl FnOnce() -> Answer) {
    log.call(ask, answer);
}
