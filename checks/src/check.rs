//! All checks that `forkstep check` runs, by subject.

use std::fmt::Write;
use std::sync::Arc;

use crate::backend::model::{Bounds, Failure};
use crate::crash::{self, Checked, Faults};
use crate::plans::{FULL, QUICK, SEED};
use crate::report::{Line, Verdict};
use crate::scenario::Scenario;
use crate::{
    array, corruption, dict, joinable_queue, list, litmus, lock, pipe, process, queue,
    simple_queue, tickets, timeline, value,
};

/// How much is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Level {
    /// Minutes: what `cargo test` and CI run.
    Quick,
    /// Larger bounds: hours.
    Full,
}

/// What a check found.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How many executions were run.
    pub executions: usize,
    /// At how many places a participant was crashed.
    pub crash_points: usize,
    /// What came out.
    pub verdict: Verdict,
    /// What was found wrong.
    pub details: Option<String>,
    /// What was counted beside the executions and crash points.
    pub figures: Option<String>,
}

impl Outcome {
    /// Nothing was found in a search that came to its end.
    #[must_use]
    pub fn holds(executions: usize, crash_points: usize) -> Self {
        let verdict = Verdict::Holds;
        Self { executions, crash_points, verdict, details: None, figures: None }
    }

    /// Something was found.
    #[must_use]
    pub fn violated(executions: usize, details: String) -> Self {
        let verdict = Verdict::Violated;
        Self { executions, crash_points: 0, verdict, details: Some(details), figures: None }
    }

    /// Adds what was counted beside the executions.
    #[must_use]
    pub fn with_figures(self, figures: String) -> Self {
        Self { figures: Some(figures), ..self }
    }
}

/// Is told how many executions have been run so far.
pub type Progress<'a> = &'a mut dyn FnMut(usize);

type Run = Box<dyn Fn(Progress<'_>) -> Outcome + Send + Sync>;

/// One check.
pub struct Check {
    /// What is checked.
    pub subject: &'static str,
    /// What should hold.
    pub property: &'static str,
    /// Who runs it.
    pub engine: &'static str,
    /// Up to what the search goes.
    pub bound: String,
    /// What the check says nothing about.
    pub not_covered: &'static str,
    /// Runs it.
    pub run: Run,
}

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} ({})", self.subject, self.property, self.engine)
    }
}

/// A check of a scenario under the model backend.
#[derive(Clone, Debug)]
pub struct InModel {
    /// What is checked.
    pub subject: &'static str,
    /// What should hold.
    pub property: &'static str,
    /// What the scenario is made of, for the bound: participants and the like.
    pub size: String,
    /// How many preemptions an execution may have; `None`: any number.
    pub preemptions: Option<usize>,
    /// After how many executions to give up.
    pub executions: usize,
    /// What goes wrong in it.
    pub faults: Faults,
    /// What the check says nothing about.
    pub not_covered: &'static str,
}

impl InModel {
    /// Makes the check.
    pub fn of<S: Scenario + Clone>(self, scenario: S) -> Check {
        let Self { subject, property, size, preemptions, executions, faults, not_covered } = self;
        let bound = match preemptions {
            Some(bound) => format!("{size}, preemption bound {bound}"),
            None => format!("{size}, no preemption bound"),
        };
        let bounds = Bounds { preemptions, executions };
        let run: Run =
            Box::new(move |progress| explore(scenario.clone(), faults, bounds, progress));
        Check { subject, property, engine: "loom", bound, not_covered, run }
    }
}

impl Check {
    /// A check by random plans for `2 to most` real processes; `run` is told how many plans to draw
    /// and from which seed, and returns how many plans and kills there were.
    pub fn of_plans(
        subject: &'static str,
        property: &'static str,
        most: usize,
        level: Level,
        run: impl Fn(u32, u64, &mut dyn FnMut(u32)) -> Result<(usize, usize), String>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        let plans = [QUICK, FULL][level as usize];
        let run = move |progress: &mut dyn FnMut(u32)| run(plans, SEED, progress);
        Self {
            subject,
            property,
            engine: "processes",
            bound: format!("{plans} random plans of 2 to {most} processes, seed {SEED:#x}"),
            not_covered: "windows of few nanoseconds, schedules that did not happen",
            run: Box::new(move |progress| match run(&mut |done| progress(done as usize)) {
                Ok((plans, kills)) => Outcome::holds(plans, kills),
                Err(text) => Outcome::violated(0, text),
            }),
        }
    }

    /// Runs the check.
    pub fn line(&self, progress: Progress<'_>) -> Line {
        let outcome = (self.run)(progress);
        Line {
            subject: self.subject.to_owned(),
            property: self.property.to_owned(),
            engine: self.engine,
            bound: self.bound.clone(),
            executions: outcome.executions,
            crash_points: outcome.crash_points,
            finished: outcome.verdict != Verdict::Unfinished,
            verdict: outcome.verdict,
            not_covered: self.not_covered,
            details: outcome.details,
            schedule: None,
            figures: outcome.figures,
        }
    }

    /// Whether it forks, and so must run in a process of one thread.
    #[must_use]
    pub fn forks(&self) -> bool {
        self.engine == "processes"
    }
}

/// The names that `forkstep check` accepts.
pub const SUBJECTS: &[&str] = &[
    "array",
    "dict",
    "joinable-queue",
    "list",
    "litmus",
    "lock",
    "pipe",
    "process",
    "queue",
    "region",
    "simple-queue",
    "tickets",
    "value",
];

/// All checks of the subjects named, or of all if none is named.
#[must_use]
pub fn checks(subjects: &[String], level: Level) -> Vec<Check> {
    let all = [
        array::checks::all(level),
        dict::checks::all(level),
        joinable_queue::checks::all(level),
        list::checks(level),
        litmus::checks::all(),
        lock::checks::all(level),
        pipe::checks::all(level),
        process::checks(level),
        queue::checks::all(level),
        corruption::checks::all(level),
        simple_queue::checks(level),
        tickets::checks::all(level),
        value::checks::all(level),
    ];
    let wanted = |check: &Check| subjects.is_empty() || subjects.iter().any(|s| s == check.subject);
    all.into_iter().flatten().filter(wanted).collect()
}

/// Runs a scenario under the model backend for a check.
pub fn explore<S: Scenario>(
    scenario: S,
    faults: Faults,
    bounds: Bounds,
    progress: Progress<'_>,
) -> Outcome {
    let scenario = Arc::new(scenario);
    match crash::check(&scenario, faults, bounds, progress) {
        Ok(checked) if !scenario.reached() => {
            let text = "no execution reached the case that this is about".to_owned();
            Outcome::violated(checked.executions, text)
        }
        Ok(checked) => judge_counts(&checked, faults),
        Err(failure) => failed(&failure),
    }
}

/// A model that missed what it was made for did not hold, however green its executions were: a
/// crash model every shared step, a model of the backstop an execution that needs it.
fn judge_counts(checked: &Checked, faults: Faults) -> Outcome {
    let Checked { executions, crash_points, shared_steps, backstops, .. } = *checked;
    if faults.crashes > 0 && crash_points != shared_steps {
        let text = format!("crashed at {crash_points} of {shared_steps} shared steps");
        return Outcome::violated(executions, text);
    }
    if faults.needs_backstop && backstops == 0 {
        let text = "no execution needed the backstop: the case was not reached".to_owned();
        return Outcome::violated(executions, text);
    }
    Outcome::holds(executions, crash_points + checked.second_crash_points)
}

fn failed(failure: &Failure) -> Outcome {
    match failure {
        Failure::Unfinished { executions } => Outcome {
            executions: *executions,
            crash_points: 0,
            verdict: Verdict::Unfinished,
            details: Some(format!("UNFINISHED: given up after {executions} executions")),
            figures: None,
        },
        Failure::Counterexample(found) => {
            let mut text = String::new();
            let _ = write!(text, "{}", timeline::of_counterexample(found));
            Outcome::violated(found.execution, text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_check_is_of_a_subject_that_can_be_asked_for() {
        let mut found: Vec<&str> =
            checks(&[], Level::Quick).iter().map(|check| check.subject).collect();
        found.dedup();
        found.sort_unstable();
        assert_eq!(found, SUBJECTS);
    }
}
