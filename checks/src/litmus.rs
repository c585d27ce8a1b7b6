//! Litmus programs: what the engines of this suite can see and what they cannot.
//!
//! Each program has a set of outcomes that must be found and a set that must not. They run behind
//! our seam on loom, each thread in turn as loom's main, and on Shuttle's depth-first search, which
//! knows only sequential consistency but leaves no order out. One runs on loom as it is released,
//! to pin the hole that the companion words of the seam mend.

pub mod checks;
mod engines;
mod memory;
mod programs;

use std::collections::BTreeSet;

pub use engines::{on_loom, on_plain_loom, on_shuttle};
pub use memory::Memory;
pub use programs::table;

/// What all threads of a program returned, one after the other.
pub type Outcome = Vec<u64>;

/// One thread of a program: works on shared words, returns its registers.
pub type Thread = fn(&dyn Memory) -> Outcome;

/// A litmus program and what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Litmus {
    /// What it is called.
    pub name: &'static str,
    /// How many shared words it uses, all of them 0 at the start.
    pub words: usize,
    /// Whether a thread waits for another in a loop, which a scheduler may prolong without end:
    /// such a program has no complete search without reduction, and is not run on Shuttle.
    pub waits: bool,
    /// Its threads.
    pub threads: &'static [Thread],
    /// The outcomes under sequential consistency: Shuttle finds these and no others.
    pub sequential: &'static [&'static [u64]],
    /// The further outcomes that weak memory allows and loom finds.
    pub weak: &'static [&'static [u64]],
    /// Outcomes that nobody may find.
    pub forbidden: &'static [&'static [u64]],
}

impl Litmus {
    /// What loom behind the seam must find, no more and no less.
    #[must_use]
    pub fn on_loom(&self) -> BTreeSet<Outcome> {
        self.sequential.iter().chain(self.weak).map(|outcome| outcome.to_vec()).collect()
    }

    /// What Shuttle must find, no more and no less.
    #[must_use]
    pub fn on_shuttle(&self) -> BTreeSet<Outcome> {
        self.sequential.iter().map(|outcome| outcome.to_vec()).collect()
    }
}

/// What an engine found in one search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The outcomes.
    pub outcomes: BTreeSet<Outcome>,
    /// The executions that it took.
    pub executions: usize,
}

/// Says what is wrong with what an engine found, if anything is.
///
/// # Errors
///
/// One sentence that names the outcomes that are missing, unexpected or forbidden.
pub fn judge(
    litmus: &Litmus,
    found: &BTreeSet<Outcome>,
    expected: &BTreeSet<Outcome>,
) -> Result<(), String> {
    let forbidden: Vec<_> =
        found.iter().filter(|outcome| litmus.forbidden.contains(&outcome.as_slice())).collect();
    let missing: Vec<_> = expected.difference(found).collect();
    let unexpected: Vec<_> = found.difference(expected).collect();
    if forbidden.is_empty() && missing.is_empty() && unexpected.is_empty() {
        return Ok(());
    }
    Err(format!("forbidden {forbidden:?}, missing {missing:?}, unexpected {unexpected:?}"))
}
