//! What `forkstep check litmus` runs.

use forkstep_model::sys::model::Cure;

use super::{judge, on_loom, on_plain_loom, on_shuttle, table};
use crate::check::{Check, Outcome, Progress};

/// All checks of the engines.
#[must_use]
pub fn all() -> Vec<Check> {
    let programs = table().len();
    let waits = table().iter().filter(|litmus| litmus.waits).count();
    let check = |property, engine, bound, not_covered, run: fn(Progress<'_>) -> Outcome| Check {
        subject: "litmus",
        property,
        engine,
        bound,
        not_covered,
        run: Box::new(run),
    };
    vec![
        check(
            "behind the seam, loom finds every outcome and no forbidden one",
            "loom",
            format!("{programs} programs, each thread as main, no preemption bound"),
            "load buffering, SeqCst accesses that are no fences",
            loom_behind_the_seam,
        ),
        check(
            "Shuttle finds the sequential outcomes, all of them known to loom",
            "shuttle",
            format!("{} programs, depth-first, no reduction", programs - waits),
            "weak memory, programs that wait in a loop",
            shuttle,
        ),
        check(
            "loom without companion words still misses an outcome",
            "loom",
            "1 program on loom as released".to_owned(),
            "the other programs",
            the_hole_is_still_there,
        ),
    ]
}

fn loom_behind_the_seam(progress: Progress<'_>) -> Outcome {
    let mut executions = 0;
    for litmus in table() {
        for main in 0..litmus.threads.len() {
            let found = match on_loom(litmus, Cure::default(), main) {
                Ok(found) => found,
                Err(failure) => return Outcome::violated(executions, format!("{failure:?}")),
            };
            executions += found.executions;
            if let Err(wrong) = judge(litmus, &found.outcomes, &litmus.on_loom()) {
                let text = format!("{}, thread {main} as main: {wrong}", litmus.name);
                return Outcome::violated(executions, text);
            }
            progress(executions);
        }
    }
    Outcome::holds(executions, 0)
}

fn shuttle(progress: Progress<'_>) -> Outcome {
    let mut executions = 0;
    for litmus in table().iter().filter(|litmus| !litmus.waits) {
        let found = on_shuttle(litmus);
        executions += found.executions;
        let known = found.outcomes.is_subset(&litmus.on_loom());
        if let Err(wrong) = judge(litmus, &found.outcomes, &litmus.on_shuttle()) {
            return Outcome::violated(executions, format!("{}: {wrong}", litmus.name));
        }
        if !known {
            let text = format!("{}: Shuttle found what loom did not", litmus.name);
            return Outcome::violated(executions, text);
        }
        progress(executions);
    }
    Outcome::holds(executions, 0)
}

/// When this fails, loom is mended, and the companion words can go.
fn the_hole_is_still_there(_progress: Progress<'_>) -> Outcome {
    let name = "a later load hides an earlier reader";
    let litmus = table().iter().find(|litmus| litmus.name == name);
    let litmus = litmus.expect("the program is in the table");
    let found = on_plain_loom(litmus);
    if judge(litmus, &found.outcomes, &litmus.on_loom()).is_err() {
        Outcome::holds(found.executions, 0)
    } else {
        Outcome::violated(found.executions, format!("{name}: loom finds all outcomes by itself"))
    }
}
