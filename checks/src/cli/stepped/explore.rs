//! `forkstep explore`.

use std::time::Duration;

use super::super::{exit_code, say};
use super::progress::Progress;
use super::{ExploreArgs, How, found, scenarios};
use crate::report::{Line, Verdict};
use crate::stepped::{Figures, Limits, Report, Scenario, Strategy, explore};

/// What stepping says nothing about.
const NOT_COVERED: &str = "orders that only weaker memory allows (one access at a time \
                                      is sequentially consistent); other programs";

/// Explores the scenarios and prints a line for each; returns the exit code.
///
/// # Errors
///
/// The kernel refuses what stepping needs.
pub(super) fn run(args: &ExploreArgs) -> Result<u8, String> {
    let limits = Limits {
        preemptions: args.preemptions()?,
        crashes: args.crashes as usize,
        reduction: !args.no_reduction,
        budget: args.budget.map(|seconds| Duration::from_secs(seconds.into())),
        ..Limits::default()
    };
    let (seed, schedules) = (args.seed, args.schedules);
    let strategy = match args.strategy {
        How::Bounded => Strategy::Bounded,
        How::Random => Strategy::Random { seed, schedules },
        How::Pct => Strategy::Pct { seed, schedules, depth: args.depth as usize },
    };
    let mut verdicts = Vec::new();
    for name in &args.names {
        let scenario = scenarios::find(name)?;
        let mut progress = Progress::new(name, args.json);
        let report = explore(&scenario, &limits, strategy, &mut |seen| progress.show(seen))?;
        drop(progress);
        let line = line(&scenario, scenario.shows().to_owned(), &report, args.all)?;
        print(&line, args.json);
        verdicts.push(report.verdict);
    }
    Ok(exit_code(&verdicts))
}

/// The line of a report; its counterexample, if it has one, is written to files.
///
/// # Errors
///
/// The files cannot be written, or the kernel refuses a process.
pub(super) fn line(
    scenario: &Scenario,
    property: String,
    report: &Report,
    all: bool,
) -> Result<Line, String> {
    let found = report.counterexample.as_ref();
    let found = found.map(|found| found::write(found, scenario, all)).transpose()?;
    let details = found.as_ref().map(|found| found.text.clone());
    Ok(Line {
        subject: scenario.name().to_owned(),
        property,
        engine: "stepped processes",
        bound: report.bound.clone(),
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

/// What was done, in words.
fn figures(figures: Figures, elapsed: Duration) -> String {
    let Figures { executions, cut, steps, states, depth, crashes, .. } = figures;
    let seconds = elapsed.as_secs_f64();
    let a_second = (executions + cut) as f64 / seconds;
    format!(
        "{executions} schedules to their end, {cut} to a known state, {a_second:.0} a second; \
         {steps} steps, {states} states, depth {depth}, {crashes} kills; {seconds:.2} s"
    )
}

/// Prints a line as text or as JSON.
pub(super) fn print(line: &Line, json: bool) {
    say(&if json {
        serde_json::to_string(line).expect("a line has no keys but names")
    } else {
        line.to_string()
    });
}
