//! Whether the history of an execution is right, by what its operations do one at a time.

use std::fmt::{self, Debug, Display};
use std::hash::Hash;

use serde::de::DeserializeOwned;

use super::history::{Call, History};
use super::scenario::Builder;
use crate::linearizability::{Step, linearize};

#[cfg(test)]
mod tests;

/// What the operations of a scenario do if there is only one at a time.
///
/// An execution is right if its history is strictly linearizable: if each operation can be given a
/// moment between its invocation and its response such that their order gives the answers that
/// were given. An operation whose participant died in it happened at a moment before that, or not
/// at all.
///
/// # Examples
///
/// ```
/// use forkstep_checks::stepped::SequentialSpec;
///
/// /// A number that is counted up, and answers what it was.
/// struct Counter;
///
/// impl SequentialSpec for Counter {
///     type State = u64;
///     type Operation = ();
///     type Answer = u64;
///
///     fn start(&self) -> u64 {
///         0
///     }
///
///     fn apply(&self, state: &u64, _participant: usize, _add: &()) -> Vec<(u64, u64)> {
///         vec![(state + 1, *state)]
///     }
/// }
/// assert_eq!(Counter.apply(&Counter.start(), 0, &()), [(1, 0)]);
/// ```
pub trait SequentialSpec {
    /// What the operations work on.
    type State: Clone + Eq + Hash + Debug;
    /// What can be asked for, as [`Log::call`](super::Log::call) is given it.
    type Operation: DeserializeOwned;
    /// What can come of it.
    type Answer: DeserializeOwned + PartialEq;

    /// The state before all operations.
    fn start(&self) -> Self::State;

    /// What an operation of a participant may leave and answer: one outcome mostly, more if the
    /// specification leaves it open, and none if it cannot happen now, because it waits.
    fn apply(
        &self,
        state: &Self::State,
        participant: usize,
        operation: &Self::Operation,
    ) -> Vec<(Self::State, Self::Answer)>;

    /// What the death of a participant leaves: where nothing else is said, everything as it was.
    fn died(&self, state: &Self::State, participant: usize) -> Self::State {
        let _ = participant;
        state.clone()
    }
}

impl<S: 'static> Builder<S> {
    /// Says what the operations do one at a time: every history must be strictly linearizable by
    /// that.
    #[must_use]
    pub fn specified(self, spec: impl SequentialSpec + 'static) -> Self {
        self.judged(move |history| judge(&spec, history))
    }
}

/// Judges a history.
fn judge<S: SequentialSpec>(spec: &S, history: &History) -> Result<(), String> {
    let lanes = history.calls.iter().map(|call| call.participant + 1).max().unwrap_or(0);
    let lanes = (0..lanes.max(history.deaths.len()))
        .map(|participant| lane(spec, history, participant))
        .collect::<Result<Vec<_>, _>>()?;
    linearize(spec.start(), &lanes).map_err(|stuck| format!("it is not linearizable: {stuck:?}"))
}

/// What a participant did, and its death.
fn lane<'a, S: SequentialSpec>(
    spec: &'a S,
    history: &'a History,
    participant: usize,
) -> Result<Vec<Specified<'a, S>>, String> {
    let calls = history.calls.iter().filter(|call| call.participant == participant);
    let called = calls.map(|call| {
        let what = What::Called { call, operation: call.asked()?, answer: call.answered()? };
        Ok(Specified { spec, participant, what })
    });
    let death = history.deaths.get(participant).copied().flatten();
    let died = death.map(|at| Ok(Specified { spec, participant, what: What::Died { at } }));
    called.chain(died).collect()
}

/// A step of a participant, and what is said of it.
struct Specified<'a, S: SequentialSpec> {
    spec: &'a S,
    participant: usize,
    what: What<'a, S>,
}

enum What<'a, S: SequentialSpec> {
    Called { call: &'a Call, operation: S::Operation, answer: Option<S::Answer> },
    Died { at: u64 },
}

impl<S: SequentialSpec> Step<S::State> for Specified<'_, S> {
    fn invocation(&self) -> u64 {
        match self.what {
            What::Called { call, .. } => call.invocation,
            What::Died { at } => at,
        }
    }

    fn response(&self) -> u64 {
        match self.what {
            What::Called { call, .. } => call.response,
            What::Died { at } => at,
        }
    }

    fn is_in_doubt(&self) -> bool {
        matches!(self.what, What::Called { answer: None, .. })
    }

    fn leave(&self, state: &S::State, after: &mut Vec<S::State>) {
        let Self { spec, participant, what } = self;
        match what {
            What::Called { operation, answer, .. } => {
                let outcomes = spec.apply(state, *participant, operation).into_iter();
                let fits = |given: &S::Answer| answer.as_ref().is_none_or(|said| said == given);
                let outcomes = outcomes.filter(|(_, given)| fits(given));
                after.extend(outcomes.map(|(state, _)| state));
            }
            What::Died { .. } => after.push(spec.died(state, *participant)),
        }
    }
}

impl<S: SequentialSpec> Display for Specified<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.what {
            What::Called { call, .. } => match &call.answer {
                Some(answer) => write!(f, "{} answers {answer}", call.operation),
                None => write!(f, "{} without an answer", call.operation),
            },
            What::Died { .. } => f.write_str("its death"),
        }
    }
}
