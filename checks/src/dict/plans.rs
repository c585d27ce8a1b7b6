//! Plans: the dict on free-running processes that are killed.
//!
//! A plan says what two to four participants do with a few keys, and who is killed when. What each
//! did is in a journal; of each key, it must be strictly linearizable.

mod entry;
mod execution;
mod journal;
mod operations;
mod participant;
mod plan;
mod planted;
mod record;
mod verdict;

use std::time::Duration;

use crate::plans::Draw;
pub use crate::plans::{FULL, QUICK, SEED};
use execution::execute;
use plan::{Plan, plans};
pub use planted::Planted;
use verdict::Tally;

/// No plan takes longer, on however busy a machine.
const LIMIT: Duration = Duration::from_secs(30);

/// The seeds of plans that once failed; they are tried first.
const REGRESSIONS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/proptest-regressions/dict_plans.txt");

/// What the plans came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlansChecked {
    /// How many plans were executed.
    pub plans: usize,
    /// How many processes took part.
    pub processes: usize,
    /// How many of them were killed.
    pub kills: usize,
    /// How many of those stayed inside of an update, with the lock.
    pub kills_inside: usize,
    /// How many operations returned.
    pub operations: usize,
    /// How many may have happened or not: their process died in them.
    pub in_doubt: usize,
    /// How many were refused: the time was up, or there was no room.
    pub refused: usize,
    /// How many readers were refused a look, because the table was moved again and again.
    pub looks_refused: usize,
    /// The longest time from a kill to the next return of a write.
    pub longest_recovery: Duration,
    /// The longest time by which a deadline was overrun.
    pub longest_overrun: Duration,
}

impl PlansChecked {
    fn add(&mut self, plan: &Plan, tally: Tally) {
        self.plans += 1;
        self.processes += plan.participants.len();
        self.kills += tally.kills;
        self.kills_inside += tally.kills_inside;
        self.operations += tally.operations;
        self.in_doubt += tally.in_doubt;
        self.refused += tally.refused;
        self.looks_refused += tally.looks_refused;
        self.longest_recovery = self.longest_recovery.max(tally.longest_recovery);
        self.longest_overrun = self.longest_overrun.max(tally.longest_overrun);
    }
}

/// Checks that many plans drawn from `seed`, and calls `progress` with how many are done. With a
/// planted bug this is a check of the check, and an error is what is hoped for.
///
/// The caller must have one thread only: each participant is a fork of it. Nothing is left behind,
/// whether the check passes or not.
///
/// # Errors
///
/// The smallest failing plan, what is wrong with it, and the command that draws the plans again.
pub fn check_plans(
    cases: u32,
    seed: u64,
    planted: Planted,
    progress: &mut dyn FnMut(u32),
) -> Result<PlansChecked, String> {
    let draw = Draw::new(cases, seed, "dict_processes", REGRESSIONS, LIMIT);
    let draw = match planted {
        Planted::Nothing => draw,
        // It is known to hang, and each step of shrinking would take the whole limit.
        Planted::NeverEnds => draw.planted(Some(Duration::from_millis(500)), false),
        // One planted bug is enough to see that plans are shrunk.
        planted => draw.planted(None, planted == Planted::PretendsToRemove),
    };
    draw.check(&plans(), |plan, limit| execute(plan, planted, limit), PlansChecked::add, progress)
}
