//! Plans: the queue of tasks on free-running processes that are killed.
//!
//! A plan says what one to three producers, as many consumers and perhaps one who joins do, who is
//! killed when, who takes the place of a killed consumer, and when the queue is closed.

mod entry;
mod execution;
mod marks;
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
    concat!(env!("CARGO_MANIFEST_DIR"), "/proptest-regressions/joinable_queue_plans.txt");

/// What the plans came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlansChecked {
    /// How many plans were executed.
    pub plans: usize,
    /// How many processes took part.
    pub processes: usize,
    /// How many of them were killed.
    pub kills: usize,
    /// How many of those had a task in hand: one that they worked on, or were about to finish.
    pub kills_with_a_task: usize,
    /// How many tasks were put.
    pub put: usize,
    /// How many of those were done.
    pub done: usize,
    /// How many of those by a consumer that died before its `task_done` had returned.
    pub done_by_the_dead: usize,
    /// How many deliveries were not the first of their task.
    pub redelivered: usize,
    /// How many deliveries nobody saw, because the consumer died before its get had returned.
    pub unseen: usize,
    /// How many tasks became dead letters.
    pub dead_letters: usize,
    /// How many joins returned because all was done.
    pub joins: usize,
    /// The longest time from a kill to the next return of a put, get or join.
    pub longest_recovery: Duration,
    /// The longest time by which a deadline was overrun.
    pub longest_overrun: Duration,
}

impl PlansChecked {
    fn add(&mut self, _: &Plan, tally: Tally) {
        self.plans += 1;
        self.processes += tally.processes;
        self.kills += tally.kills;
        self.kills_with_a_task += tally.kills_with_a_task;
        self.put += tally.put;
        self.done += tally.done;
        self.done_by_the_dead += tally.done_by_the_dead;
        self.redelivered += tally.redelivered;
        self.unseen += tally.unseen;
        self.dead_letters += tally.dead_letters;
        self.joins += tally.joins;
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
    let draw = Draw::new(cases, seed, "joinable_queue_processes", REGRESSIONS, LIMIT);
    let draw = match planted {
        Planted::Nothing => draw,
        // It is known to hang, and each step of shrinking would take the whole limit.
        Planted::NeverEnds => draw.planted(Some(Duration::from_millis(500)), false),
        // Another planted bug may bring hangs, each of which takes the whole limit.
        planted => draw.planted(None, planted == Planted::PretendsToBeDone),
    };
    draw.check(&plans(), |plan, limit| execute(plan, planted, limit), PlansChecked::add, progress)
}
