//! Plans: programs for free-running processes that are killed, drawn and shrunk by proptest.
//!
//! What one execution of a plan does is not determined: the machine's scheduler has its say. So a
//! plan that fails is executed several times while it is shrunk, and a replay of its seed may have
//! to be repeated.

pub(crate) mod board;
pub(crate) mod execution;
pub(crate) mod item;
pub(crate) mod participant;
pub(crate) mod pause;
pub(crate) mod program;

use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::time::Duration;

use proptest::strategy::Strategy;
use proptest::test_runner::{
    Config, FileFailurePersistence, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner,
};

use crate::watchdog::waiting_for;

/// While a plan that failed is shrunk, many of its kind hang.
const LIMIT_WHILE_SHRINKING: Duration = Duration::from_secs(5);
const EXECUTIONS_WHILE_SHRINKING: u32 = 5;
const MILLISECONDS_OF_SHRINKING: u32 = 30_000;

/// How many plans every test run checks.
pub const QUICK: u32 = 64;
/// How many plans a thorough check takes.
pub const FULL: u32 = 1000;
/// The seed that is taken where none is given.
pub const SEED: u64 = 0x666f_726b;

/// How plans are drawn, and what a failure says.
pub(crate) struct Draw {
    cases: u32,
    seed: u64,
    /// The file with the seeds of plans that once failed; they are tried first.
    regressions: Option<&'static str>,
    /// How long one execution may take.
    limit: Duration,
    /// Whether a plan that fails is made smaller.
    shrinks: bool,
    /// The test that draws the same plans.
    test: &'static str,
}

impl Draw {
    /// Plans without a planted bug.
    pub(crate) fn new(
        cases: u32,
        seed: u64,
        test: &'static str,
        regressions: &'static str,
        limit: Duration,
    ) -> Self {
        Self { cases, seed, regressions: Some(regressions), limit, shrinks: true, test }
    }

    /// Plans with a planted bug, whose seeds are not kept. If the bug is known to hang, `hangs_for`
    /// is long enough to see that.
    pub(crate) fn planted(self, hangs_for: Option<Duration>, shrinks: bool) -> Self {
        Self { regressions: None, limit: hangs_for.unwrap_or(self.limit), shrinks, ..self }
    }

    /// Executes each plan once, within the limit it is given, adds up what that came to, and calls
    /// `progress` with how many are done.
    ///
    /// # Errors
    ///
    /// The smallest failing plan, what is wrong with it, and the command that draws the plans
    /// again.
    pub(crate) fn check<S: Strategy, T, C: Default>(
        self,
        plans: &S,
        execute: impl Fn(&S::Value, Duration) -> Result<T, String>,
        add: impl Fn(&mut C, &S::Value, T),
        progress: &mut dyn FnMut(u32),
    ) -> Result<C, String>
    where
        S::Value: Display,
    {
        let (seed, limit, replay) = (self.seed, self.limit, self.replay());
        let failed = Cell::new(false);
        let sum = RefCell::new((C::default(), 0, progress));
        let mut runner = TestRunner::new_with_rng(self.config(), rng(seed));
        let outcome = runner.run(plans, |plan| {
            // If the parent of the participants hangs itself, this is all that is known.
            waiting_for(&format!("the end of a plan; {replay}\nthe plan: {plan}"));
            if failed.get() {
                // A failure may need a certain schedule: a smaller plan gets several chances.
                for _ in 0..EXECUTIONS_WHILE_SHRINKING {
                    execute(&plan, limit.min(LIMIT_WHILE_SHRINKING))
                        .map_err(TestCaseError::fail)?;
                }
                return Ok(());
            }
            let tally = execute(&plan, limit).map_err(|what| {
                failed.set(true);
                TestCaseError::fail(what)
            })?;
            let (checked, done, progress) = &mut *sum.borrow_mut();
            add(checked, &plan, tally);
            *done += 1;
            progress(*done);
            Ok(())
        });
        match outcome {
            Ok(()) => Ok(sum.into_inner().0),
            Err(TestError::Fail(what, plan)) => {
                Err(format!("{what}\nsmallest failing plan: {plan}\n{replay}"))
            }
            Err(TestError::Abort(why)) => Err(format!("no plans could be drawn: {why}")),
        }
    }

    fn replay(&self) -> String {
        let Self { seed, cases, test, .. } = self;
        format!(
            "seed {seed}; to draw the same plans again:\n  FORKSTEP_SEED={seed} \
             FORKSTEP_PLANS={cases} cargo test -p forkstep-checks --test {test} -- plans"
        )
    }

    fn config(self) -> Config {
        let regressions = match self.regressions {
            Some(file) => FileFailurePersistence::Direct(file),
            None => FileFailurePersistence::Off,
        };
        Config {
            cases: self.cases,
            failure_persistence: Some(Box::new(regressions)),
            max_shrink_iters: if self.shrinks { 10_000 } else { 0 },
            max_shrink_time: MILLISECONDS_OF_SHRINKING,
            fork: false,
            ..Config::default()
        }
    }
}

fn rng(seed: u64) -> TestRng {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
}
