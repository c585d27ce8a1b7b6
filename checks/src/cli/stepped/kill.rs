//! `forkstep kill`.

use std::time::Duration;

use serde_json::json;

use super::super::say;
use super::explore::{NOT_COVERED, code, figures, print};
use super::progress::Progress;
use super::{KillArgs, found, scenarios};
use crate::report::{Line, Verdict};
use crate::stepped::Scenario;
use crate::stepped::kill::{Operation, Report, kill};

/// Kills the participants of the scenarios and prints a line for each, and one for each operation;
/// returns the exit code.
///
/// # Errors
///
/// The kernel refuses what stepping needs.
pub(super) fn run(args: &KillArgs) -> Result<u8, String> {
    let budget = args.budget.map(|seconds| Duration::from_secs(seconds.into()));
    let mut verdicts = Vec::new();
    for name in &args.names {
        let scenario = scenarios::find(name)?;
        let mut progress = Progress::new(name, args.json);
        let report = kill(&scenario, budget, &mut |seen| progress.show(seen))?;
        drop(progress);
        let line = line(&scenario, &report, args.all)?;
        print(&line, args.json);
        for operation in &report.operations {
            say(&if args.json { object(&scenario, operation) } else { row(operation) });
        }
        verdicts.push(report.verdict);
    }
    Ok(code(&verdicts))
}

fn line(scenario: &Scenario, report: &Report, all: bool) -> Result<Line, String> {
    let found = report.counterexample.as_ref();
    let found = found.map(|found| found::write(found, scenario, all)).transpose()?;
    let details = found.as_ref().map(|found| found.text.clone());
    Ok(Line {
        subject: scenario.name().to_owned(),
        property: format!("survivors go on after a death at any instruction: {}", scenario.shows()),
        engine: "stepped processes",
        bound: "one death in every class, and one in what follows; no preemption".to_owned(),
        executions: (report.figures.executions + report.figures.cut) as usize,
        crash_points: report.figures.crashes as usize,
        finished: report.verdict == Verdict::Holds,
        verdict: report.verdict,
        not_covered: NOT_COVERED,
        details: details.or_else(|| report.unfinished.clone()),
        schedule: found.map(|found| found.schedule),
        figures: Some(figures(report.figures, report.elapsed)),
    })
}

fn row(operation: &Operation) -> String {
    let Operation { role, operation: name, instructions, classes, kills, recoveries, .. } =
        operation;
    let steps = operation.longest_recovery_steps;
    let ms = operation.longest_recovery_ns as f64 / 1e6;
    format!(
        "           {role}, {name}: {instructions} instructions, {classes} classes, {kills} kills, \
         {recoveries} recoveries, the longest {steps} steps and {ms:.0} ms asleep"
    )
}

fn object(scenario: &Scenario, operation: &Operation) -> String {
    let mut object = json!(operation);
    object["subject"] = json!(scenario.name());
    object.to_string()
}
