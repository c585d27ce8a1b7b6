//! Whether a history of one register is strictly linearizable.
//!
//! The search of Wing and Gong, with Lowe's memo: an order of the operations is tried from its
//! front, and no configuration is tried twice. The operations of one participant follow each other,
//! so a configuration is how many of each participant are in the order, and what the register holds
//! behind them.

use std::collections::HashSet;
use std::fmt::{self, Debug};
use std::hash::Hash;

#[cfg(test)]
mod tests;

/// What an operation finds in the register, as far as its result tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sees<V> {
    /// Nothing is known.
    Anything,
    /// This value.
    Just(V),
    /// Any value but this one.
    Other(V),
}

/// One operation: what it sees and what it leaves there, in one step.
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
pub struct Stuck<V> {
    /// What the register holds where the longest order ends.
    pub holds: V,
    /// For each participant, the next operation, none of which can follow; by their numbers.
    pub next: Vec<Option<(usize, Operation<V>)>>,
}

/// How many operations of each participant are in an order, and what they leave.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Configuration<V> {
    done: Vec<usize>,
    holds: V,
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

/// Finds an order of the operations that explains what each saw, if the register holds `first`
/// before all: none comes behind one that was invoked after its response.
///
/// `lanes` has the operations of each participant, in their order.
///
/// # Errors
///
/// There is none.
pub fn linearize<V: Copy + Eq + Hash>(
    first: V,
    lanes: &[Vec<Operation<V>>],
) -> Result<(), Stuck<V>> {
    let begin = Configuration { done: vec![0; lanes.len()], holds: first };
    let mut longest = begin.clone();
    let mut met = HashSet::from([begin.clone()]);
    let mut untried = vec![begin];
    while let Some(here) = untried.pop() {
        if here.length() > longest.length() {
            longest = here.clone();
        }
        let next = here.next(lanes);
        // None of those that are left may come behind one that was invoked after its response.
        let Some(latest) = next.iter().flatten().map(|(_, next)| next.response).min() else {
            return Ok(());
        };
        for (lane, next) in next.iter().enumerate() {
            let Some((_, next)) = next else { continue };
            let happens = next.invocation <= latest && next.sees.allows(here.holds);
            let happens = happens.then(|| here.then(lane, next.leaves.unwrap_or(here.holds)));
            let does_not = next.in_doubt.then(|| here.then(lane, here.holds));
            let new = [does_not, happens].into_iter().flatten();
            untried.extend(new.filter(|there| met.insert(there.clone())));
        }
    }
    Err(Stuck { holds: longest.holds, next: longest.next(lanes) })
}

impl<V: Copy> Configuration<V> {
    fn length(&self) -> usize {
        self.done.iter().sum()
    }

    fn next(&self, lanes: &[Vec<Operation<V>>]) -> Vec<Option<(usize, Operation<V>)>> {
        let next = |(done, lane): (&usize, &Vec<_>)| Some((*done, *lane.get(*done)?));
        self.done.iter().zip(lanes).map(next).collect()
    }

    fn then(&self, lane: usize, holds: V) -> Self {
        let mut done = self.done.clone();
        done[lane] += 1;
        Self { done, holds }
    }
}

impl<V: Debug> fmt::Debug for Stuck<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the longest order leaves {:?}; behind it could come", self.holds)?;
        for (lane, next) in self.next.iter().enumerate() {
            let Some((number, next)) = next else { continue };
            let Operation { invocation, response, in_doubt, sees, leaves } = next;
            write!(f, "\n    P{lane}'s operation {number}, from {invocation} to {response}")?;
            write!(f, ", sees {sees:?}, leaves {leaves:?}")?;
            f.write_str(if *in_doubt { ", in doubt" } else { "" })?;
        }
        Ok(())
    }
}
