//! What `forkstep check region` runs.

use std::collections::BTreeMap;

use super::failure::Corrupted;
use super::planted::Planted;
use super::script::Script;
use super::watch::{Failure, Scripts, Watch};
use crate::check::{Check, Level, Outcome};

/// How many corruptions every test run makes at least.
pub const QUICK: u64 = 3_000;
/// How many a thorough check makes.
pub const FULL: u64 = 100_000;
/// The seed that is taken where none is given.
pub const SEED: u64 = 0x666f_726b;

/// How many times a script corrupts on average, at least.
const CORRUPTIONS_OF_A_SCRIPT: u64 = 4;
/// After how many failures it is enough.
const MOST_FAILURES: usize = 24;
/// How many different ones are shrunk and shown.
const MOST_SHOWN: usize = 4;

/// Scripts that once failed: they are executed first. One a line, and what was wrong.
const REGRESSIONS: &str = include_str!("../../proptest-regressions/corrupt_regions.txt");

/// All checks of the subject.
#[must_use]
pub fn all(level: Level) -> Vec<Check> {
    let corruptions = [QUICK, FULL][level as usize];
    vec![Check {
        subject: "region",
        property: "a corrupt region gives errors or wrong data, no fault and no hang",
        engine: "processes",
        bound: format!("{corruptions} corruptions: live, before opening, by another process"),
        not_covered: "files cut short (SIGBUS), operations that wait for ever, pipes",
        run: Box::new(move |progress| {
            match check_corruptions(corruptions, SEED, &mut |done| progress(done as usize)) {
                Ok(sum) => Outcome::holds(sum.scripts as usize, 0).with_figures(sum.to_string()),
                Err(text) => Outcome::violated(0, text),
            }
        }),
    }]
}

/// Makes at least so many corruptions by scripts that are drawn from a seed, and those of all that
/// once failed before them; calls `progress` with how many scripts are done.
///
/// # Errors
///
/// What went wrong, the smallest scripts that show it, and how to execute them again.
pub fn check_corruptions(
    corruptions: u64,
    seed: u64,
    progress: &mut dyn FnMut(u64),
) -> Result<Corrupted, String> {
    check_scripts(REGRESSIONS)?;
    let count = corruptions.div_ceil(CORRUPTIONS_OF_A_SCRIPT);
    judge(&format!("seed {seed}"), Scripts::Drawn { seed, count }, Planted::Nothing, progress)
}

/// Executes the scripts of a text: one a line, in hexadecimal digits; what comes behind a blank
/// says what they are for.
///
/// # Errors
///
/// As for [`check_corruptions`]; a line is no script.
pub fn check_scripts(text: &str) -> Result<Corrupted, String> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let scripts = lines.map(|line| line.split(' ').next().unwrap_or(line).parse::<Script>());
    let scripts = scripts.collect::<Result<Vec<_>, _>>()?;
    let all = scripts.iter().flat_map(|script| vec![script.clone(); script.chances(5)]).collect();
    judge("given scripts", Scripts::Given(all), Planted::Nothing, &mut |_| {})
}

/// Draws scripts as [`check_corruptions`], with a planted bug.
///
/// # Errors
///
/// As for `check_corruptions`: the bug was found.
pub fn check_planted(seed: u64, planted: Planted) -> Result<Corrupted, String> {
    judge("planted", Scripts::Drawn { seed, count: 100 }, planted, &mut |_| {})
}

fn judge(
    origin: &str,
    scripts: Scripts,
    planted: Planted,
    progress: &mut dyn FnMut(u64),
) -> Result<Corrupted, String> {
    let most = if planted == Planted::Nothing { MOST_FAILURES } else { 1 };
    let executed = Watch::execute(scripts, planted, most, progress);
    let (sum, failures) = executed.map_err(|trouble| trouble.to_string())?;
    if failures.is_empty() {
        return Ok(sum);
    }
    let count = failures.len();
    let mut different: BTreeMap<String, Failure> = BTreeMap::new();
    for failure in failures {
        different.entry(failure.what.clone()).or_insert(failure);
    }
    let shown = different.into_values().take(MOST_SHOWN);
    let shown: Vec<_> = shown.map(|failure| failure.shrunk(planted)).map(show).collect();
    Err(format!("{count} scripts failed ({origin}); {sum}\n{}", shown.join("\n")))
}

fn show(Failure { script, what }: Failure) -> String {
    format!(
        "{what}\nby {script:?}\nto execute it again:\n  FORKSTEP_SCRIPT={script} cargo test \
         -p forkstep-checks --test corrupt_regions -- script\n"
    )
}
