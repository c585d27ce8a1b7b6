//! Whether a history is strictly linearizable.
//!
//! The search of Wing and Gong, with Lowe's memo: an order of the steps is tried from its front,
//! and no configuration is tried twice. The steps of one participant follow each other, so a
//! configuration is how many of each participant are in the order, and the state that they leave.

use std::collections::HashSet;
use std::fmt::{self, Debug, Display};
use std::hash::Hash;

#[cfg(test)]
mod tests;

/// What takes effect at one moment between an invocation and a response, on states `S`. Shown, it
/// says what it is.
pub trait Step<S>: Display {
    /// When it was invoked.
    fn invocation(&self) -> u64;

    /// When it responded, or when its process was dead: it took effect before, or never.
    fn response(&self) -> u64;

    /// Whether it may as well not have happened.
    fn is_in_doubt(&self) -> bool;

    /// Adds to `after` what it may leave of a state; nothing, if it cannot happen there.
    fn leave(&self, state: &S, after: &mut Vec<S>);
}

/// What an operation finds in a register, as far as its result tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sees<V> {
    /// Nothing is known.
    Anything,
    /// This value.
    Just(V),
    /// Any value but this one.
    Other(V),
}

/// One operation on a register: what it sees and what it leaves there, in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation<V> {
    /// When it was invoked.
    pub invocation: u64,
    /// When it responded, or when its process was dead: its step came before.
    pub response: u64,
    /// Whether it may as well not have happened.
    pub in_doubt: bool,
    /// What it sees.
    pub sees: Sees<V>,
    /// What it writes; `None` if it only reads.
    pub leaves: Option<V>,
}

/// There is no order that explains the history.
#[derive(Clone, PartialEq, Eq)]
pub struct Stuck<'a, S, O> {
    /// The state where the longest order ends.
    pub state: S,
    /// For each participant, the next step, none of which can follow; by their numbers.
    pub next: Vec<Option<(usize, &'a O)>>,
}

/// How many steps of each participant are in an order, and what they leave.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Configuration<S> {
    done: Vec<usize>,
    state: S,
}

impl<V: Copy + Eq> Sees<V> {
    fn allows(self, holds: V) -> bool {
        match self {
            Self::Anything => true,
            Self::Just(value) => value == holds,
            Self::Other(value) => value != holds,
        }
    }
}

impl<V: Copy + Debug + Eq> Step<V> for Operation<V> {
    fn invocation(&self) -> u64 {
        self.invocation
    }

    fn response(&self) -> u64 {
        self.response
    }

    fn is_in_doubt(&self) -> bool {
        self.in_doubt
    }

    fn leave(&self, holds: &V, after: &mut Vec<V>) {
        if self.sees.allows(*holds) {
            after.push(self.leaves.unwrap_or(*holds));
        }
    }
}

impl<V: Debug> Display for Operation<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sees {:?}, leaves {:?}", self.sees, self.leaves)
    }
}

/// Finds an order of the steps that explains what each saw, if `first` is the state before all:
/// none comes behind one that was invoked after its response.
///
/// `lanes` has the steps of each participant, in their order.
///
/// # Errors
///
/// There is none.
pub fn linearize<S: Clone + Eq + Hash, O: Step<S>>(
    first: S,
    lanes: &[Vec<O>],
) -> Result<(), Stuck<'_, S, O>> {
    let begin = Configuration { done: vec![0; lanes.len()], state: first };
    let mut longest = begin.clone();
    let mut met = HashSet::from([begin.clone()]);
    let mut untried = vec![begin];
    let mut after = Vec::new();
    while let Some(here) = untried.pop() {
        if here.length() > longest.length() {
            longest = here.clone();
        }
        let next = here.next(lanes);
        // None of those that are left may come behind one that was invoked after its response.
        let Some(latest) = next.iter().flatten().map(|(_, next)| next.response()).min() else {
            return Ok(());
        };
        for (lane, next) in next.iter().enumerate() {
            let Some((_, next)) = next else { continue };
            if next.is_in_doubt() {
                after.push(here.state.clone());
            }
            if next.invocation() <= latest {
                next.leave(&here.state, &mut after);
            }
            let new = after.drain(..).map(|state| here.then(lane, state));
            untried.extend(new.filter(|there| met.insert(there.clone())));
        }
    }
    Err(Stuck { next: longest.next(lanes), state: longest.state })
}

impl<S> Configuration<S> {
    fn length(&self) -> usize {
        self.done.iter().sum()
    }

    fn next<'a, O>(&self, lanes: &'a [Vec<O>]) -> Vec<Option<(usize, &'a O)>> {
        let next = |(done, lane): (&usize, &'a Vec<O>)| Some((*done, lane.get(*done)?));
        self.done.iter().zip(lanes).map(next).collect()
    }

    fn then(&self, lane: usize, state: S) -> Self {
        let mut done = self.done.clone();
        done[lane] += 1;
        Self { done, state }
    }
}

impl<S: Debug, O: Step<S>> Debug for Stuck<'_, S, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the longest order leaves {:?}; behind it could come", self.state)?;
        for (lane, next) in self.next.iter().enumerate() {
            let Some((number, next)) = next else { continue };
            let (from, to) = (next.invocation(), next.response());
            write!(f, "\n    P{lane}'s operation {number}, from {from} to {to}, {next}")?;
            f.write_str(if next.is_in_doubt() { ", in doubt" } else { "" })?;
        }
        Ok(())
    }
}
