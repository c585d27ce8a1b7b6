//! Plans: the lock on free-running processes that are killed, drawn and shrunk by proptest.
//!
//! A plan says what two to four participants do and who is killed when. What one execution of it
//! does is not determined: the machine's scheduler has its say. So a plan that fails is executed
//! several times while it is shrunk, and a replay of its seed may have to be repeated.

mod board;
mod execution;
mod participant;
mod plan;
mod planted;
mod verdict;

use std::cell::{Cell, RefCell};
use std::time::Duration;

use proptest::test_runner::{
    Config, FileFailurePersistence, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner,
};

use execution::execute;
use plan::{Plan, plans};
pub use planted::Planted;
use verdict::Tally;

/// How many plans every test run checks.
pub const QUICK: u32 = 64;
/// How many plans a thorough check takes.
pub const FULL: u32 = 1000;
/// The seed that is taken where none is given.
pub const SEED: u64 = 0x666f_726b;

/// No plan takes longer, on however busy a machine.
const LIMIT: Duration = Duration::from_secs(20);
/// While a plan that failed is shrunk, many of its kind hang.
const LIMIT_WHILE_SHRINKING: Duration = Duration::from_secs(5);
const EXECUTIONS_WHILE_SHRINKING: u32 = 5;
const MILLISECONDS_OF_SHRINKING: u32 = 30_000;

/// The seeds of plans that once failed; they are tried first.
const REGRESSIONS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/proptest-regressions/lock_plans.txt");

/// What the plans came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlansChecked {
    /// How many plans were executed.
    pub plans: usize,
    /// How many processes took part.
    pub processes: usize,
    /// How many of them were killed.
    pub kills: usize,
    /// How many of those certainly held the lock.
    pub kills_while_holding: usize,
    /// How many may have held it: they were about to take or to release it.
    pub kills_in_doubt: usize,
    /// How often owner died was reported.
    pub owner_died: usize,
    /// The longest time from a kill to the next acquisition.
    pub longest_recovery: Duration,
    /// The longest time by which a deadline was overrun.
    pub longest_overrun: Duration,
}

impl PlansChecked {
    fn add(&mut self, plan: &Plan, tally: &Tally) {
        self.plans += 1;
        self.processes += plan.participants.len();
        self.kills += tally.kills;
        self.kills_while_holding += tally.kills_while_holding;
        self.kills_in_doubt += tally.kills_in_doubt;
        self.owner_died += tally.owner_died;
        self.longest_recovery = self.longest_recovery.max(tally.longest_recovery);
        self.longest_overrun = self.longest_overrun.max(tally.longest_overrun);
    }
}

/// Checks that many plans drawn from `seed`, and calls `progress` with how many are done.
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
    progress: &mut dyn FnMut(u32),
) -> Result<PlansChecked, String> {
    let regressions = FileFailurePersistence::Direct(REGRESSIONS);
    check(cases, seed, Planted::Nothing, regressions, progress)
}

/// Checks plans whose participants have a planted bug: a check of the check.
///
/// # Errors
///
/// As for [`check_plans`]: that is what is hoped for.
pub fn check_planted(cases: u32, seed: u64, planted: Planted) -> Result<PlansChecked, String> {
    check(cases, seed, planted, FileFailurePersistence::Off, &mut |_| {})
}

fn check(
    cases: u32,
    seed: u64,
    planted: Planted,
    regressions: FileFailurePersistence,
    progress: &mut dyn FnMut(u32),
) -> Result<PlansChecked, String> {
    let mut runner = TestRunner::new_with_rng(config(cases, planted, regressions), rng(seed));
    let (checked, failed) = (RefCell::new(PlansChecked::default()), Cell::new(false));
    let progress = RefCell::new(progress);
    let outcome = runner.run(&plans(), |plan| {
        if failed.get() {
            return execute_often(&plan, planted);
        }
        let tally = execute(&plan, planted, limit(planted)).map_err(|what| {
            failed.set(true);
            TestCaseError::fail(what)
        })?;
        let mut checked = checked.borrow_mut();
        checked.add(&plan, &tally);
        progress.borrow_mut()(checked.plans as u32);
        Ok(())
    });
    match outcome {
        Ok(()) => Ok(checked.into_inner()),
        Err(TestError::Fail(what, plan)) => Err(format!(
            "{what}\nsmallest failing plan: {plan}\nseed {seed}; to draw the same plans again:\n  \
             FORKSTEP_SEED={seed} FORKSTEP_PLANS={cases} \
             cargo test -p forkstep-checks --test lock_processes -- plans"
        )),
        Err(TestError::Abort(why)) => Err(format!("no plans could be drawn: {why}")),
    }
}

/// A failure may need a certain schedule: a smaller plan gets several chances to fail.
fn execute_often(plan: &Plan, planted: Planted) -> Result<(), TestCaseError> {
    for _ in 0..EXECUTIONS_WHILE_SHRINKING {
        let limit = limit(planted).min(LIMIT_WHILE_SHRINKING);
        execute(plan, planted, limit).map_err(TestCaseError::fail)?;
    }
    Ok(())
}

/// A planted hang is known to be one.
fn limit(planted: Planted) -> Duration {
    if planted == Planted::NeverReleases { Duration::from_millis(200) } else { LIMIT }
}

fn config(cases: u32, planted: Planted, regressions: FileFailurePersistence) -> Config {
    Config {
        cases,
        failure_persistence: Some(Box::new(regressions)),
        // Each step of shrinking a hang takes the whole limit.
        max_shrink_iters: if planted == Planted::NeverReleases { 0 } else { 10_000 },
        max_shrink_time: MILLISECONDS_OF_SHRINKING,
        fork: false,
        ..Config::default()
    }
}

fn rng(seed: u64) -> TestRng {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
}
