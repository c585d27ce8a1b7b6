//! Plans: the value and the array on free-running processes that are killed.
//!
//! A plan says what two to six participants do with one long value, one number and one array, and
//! who is killed when.

mod entry;
mod execution;
mod objects;
mod participant;
mod plan;
mod planted;
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
    concat!(env!("CARGO_MANIFEST_DIR"), "/proptest-regressions/value_plans.txt");

/// What the plans came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlansChecked {
    /// How many plans were executed.
    pub plans: usize,
    /// How many processes took part.
    pub processes: usize,
    /// How many of them were killed.
    pub kills: usize,
    /// How many of those died in an operation, or with the lock.
    pub kills_inside: usize,
    /// How many additions were done, as those who added know.
    pub added: u64,
    /// The longest time from a kill to the next return of an operation.
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
        self.added += tally.added;
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
    let draw = Draw::new(cases, seed, "value_processes", REGRESSIONS, LIMIT);
    let draw = match planted {
        Planted::Nothing => draw,
        // It is known to hang, and each step of shrinking would take the whole limit.
        Planted::NeverReleases => draw.planted(Some(Duration::from_millis(200)), false),
        _ => draw.planted(None, true),
    };
    draw.check(&plans(), |plan, limit| execute(plan, planted, limit), PlansChecked::add, progress)
}
