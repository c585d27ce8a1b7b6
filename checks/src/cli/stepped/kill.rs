//! `forkstep kill`.

use std::time::Duration;

use serde_json::json;

use super::super::{exit_code, say};
use super::explore::{line, print};
use super::progress::Progress;
use super::{KillArgs, scenarios};
use crate::stepped::Scenario;
use crate::stepped::kill::{Operation, kill};

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
        let killed = kill(&scenario, budget, &mut |seen| progress.show(seen))?;
        drop(progress);
        let shows = scenario.shows();
        let property = format!("survivors go on after a death at any instruction: {shows}");
        let line = line(&scenario, property, &killed.report, args.all)?;
        print(&line, args.json);
        for operation in &killed.operations {
            say(&if args.json { object(&scenario, operation) } else { row(operation) });
        }
        verdicts.push(killed.report.verdict);
    }
    Ok(exit_code(&verdicts))
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
