//! Drawn plans as a test, and what a planted bug must be found by.

use std::env;
use std::fmt::Debug;
use std::str::FromStr;
use std::time::Duration;

use forkstep_checks::lock::plans::{QUICK, SEED};
use forkstep_checks::watchdog::guarded;
use libtest_mimic::Trial;

/// Checks plans from a seed, with a planted bug or none, and tells how many are done.
type CheckPlans<P, C> = fn(u32, u64, P, &mut dyn FnMut(u32)) -> Result<C, String>;

/// Makes the test of as many plans, from the seed, as the environment says.
pub(crate) fn plans<P, C>(check_plans: CheckPlans<P, C>, nothing: P) -> Trial
where
    P: Copy + Send + 'static,
    C: Debug + 'static,
{
    Trial::test("plans", move || {
        let plans = from_environment("FORKSTEP_PLANS", QUICK);
        let seed = from_environment("FORKSTEP_SEED", SEED);
        // A plan that hangs is found by its own limit, and shrunk; this one is for the rest.
        let limit = Duration::from_secs(120) + plans * Duration::from_millis(500);
        let check = || match check_plans(plans, seed, nothing, &mut |_| {}) {
            Ok(checked) => println!("seed {seed}: {checked:?}"),
            Err(text) => panic!("{text}"),
        };
        Ok(guarded(limit, check)?)
    })
}

/// Reads a number that the environment may say.
pub(crate) fn from_environment<N: FromStr>(name: &str, default: N) -> N {
    match env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")),
        Err(_) => default,
    }
}

/// Checks plans with a planted bug, which must be found by one of these words.
pub(crate) fn expect_found<P, C: Debug>(check_plans: CheckPlans<P, C>, planted: P, words: &[&str]) {
    // It ends with the first plan that finds it.
    let text =
        check_plans(4 * QUICK, SEED, planted, &mut |_| {}).expect_err("a planted bug is found");
    assert!(words.iter().any(|word| text.contains(word)), "{text}");
}
