//! Explores a scenario, with a strategy, and makes of what it finds a counterexample.

use std::time::{Duration, Instant};

use super::bounds::Limits;
use super::counterexample::Counterexample;
use super::explorer::{Explorer, Figures, Outcome, Sight};
use super::machine::{Choice, Machine};
use super::scenario::Scenario;
use super::walk::{Pct, Random, Strategy as Walks, walk};
use crate::report::Verdict;

/// Who steps next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// All schedules with no preemption, then all with one, and so on up to the bound.
    Bounded,
    /// Every choice as likely as any other.
    Random {
        /// The same seed draws the same schedules.
        seed: u64,
        /// How many are drawn; `None` for as many as the budget allows.
        schedules: Option<u64>,
    },
    /// Probabilistic concurrency testing (see the module `walk` for its source).
    Pct {
        /// The same seed draws the same schedules.
        seed: u64,
        /// How many are drawn; `None` for as many as the budget allows.
        schedules: Option<u64>,
        /// How many orders a bug may need.
        depth: usize,
    },
}

/// What an exploration came to.
#[derive(Clone, Debug)]
pub struct Report {
    /// Whether all schedules up to the bound are right.
    pub verdict: Verdict,
    /// Why it was given up, if it was.
    pub unfinished: Option<String>,
    /// What was explored, in words.
    pub bound: String,
    /// What was done, over all bounds.
    pub figures: Figures,
    /// How long it took.
    pub elapsed: Duration,
    /// The schedule that is wrong, made small.
    pub counterexample: Option<Counterexample>,
}

/// How many schedules a drawing strategy is given, if neither their number nor a budget is.
const DRAWN: u64 = 10_000;
/// How often the watcher of a drawing strategy is told.
const BETWEEN_LOOKS: u64 = 64;

/// Explores a scenario; `watch` sees how far it is.
///
/// This process must have one thread: it forks. When a participant is killed, or this process is,
/// nothing is left behind: no process, and no memory.
///
/// # Errors
///
/// The kernel refuses what stepping needs (ptrace, processes, memory), or this process has several
/// threads; the text says which.
pub fn explore(
    scenario: &Scenario,
    limits: &Limits,
    strategy: Strategy,
    watch: &mut dyn FnMut(Figures),
) -> Result<Report, String> {
    let start = Instant::now();
    let mut machine = Machine::new(scenario)?;
    let (outcome, figures) = match strategy {
        Strategy::Bounded => bound_by_bound(&mut machine, limits, start, watch)?,
        Strategy::Random { seed, schedules } => {
            draw(&mut machine, limits, &mut Random::new(seed), schedules, watch)?
        }
        Strategy::Pct { seed, schedules, depth } => {
            draw(&mut machine, limits, &mut Pct::new(seed, depth), schedules, watch)?
        }
    };
    let bound = describe(limits, strategy);
    Report::of(&mut machine, limits, outcome, bound, figures, start)
}

impl Report {
    /// What an outcome comes to, which was reached by a search since `start`.
    pub(super) fn of(
        machine: &mut Machine<'_>,
        limits: &Limits,
        outcome: Outcome,
        bound: String,
        figures: Figures,
        start: Instant,
    ) -> Result<Self, String> {
        let (verdict, unfinished, counterexample) = match outcome {
            Outcome::Holds => (Verdict::Holds, None, None),
            Outcome::Unfinished(why) => (Verdict::Unfinished, Some(why), None),
            Outcome::Violated { choices, wrong } => {
                let found = Counterexample::of(machine, limits, &choices, &wrong, figures)?;
                (Verdict::Violated, None, Some(found))
            }
        };
        let elapsed = start.elapsed();
        Ok(Self { verdict, unfinished, bound, figures, elapsed, counterexample })
    }
}

fn describe(limits: &Limits, strategy: Strategy) -> String {
    let preemptions = match limits.preemptions {
        Some(1) => "1 preemption".to_owned(),
        Some(most) => format!("{most} preemptions"),
        None => "any number of preemptions".to_owned(),
    };
    let deaths = if limits.crashes == 1 { "death" } else { "deaths" };
    let how = match strategy {
        Strategy::Bounded if limits.reduction => "all schedules of different states".to_owned(),
        Strategy::Bounded => "all schedules".to_owned(),
        Strategy::Random { seed, .. } => format!("schedules drawn from seed {seed}"),
        Strategy::Pct { seed, depth, .. } => {
            format!("schedules drawn by PCT of depth {depth} from seed {seed}")
        }
    };
    format!("{how}, up to {preemptions} and {} {deaths}", limits.crashes)
}

/// First without deaths, from the lowest bound on, so that what is found is small; then with them.
fn bound_by_bound(
    machine: &mut Machine<'_>,
    limits: &Limits,
    start: Instant,
    watch: &mut dyn FnMut(Figures),
) -> Result<(Outcome, Figures), String> {
    let mut sum = Figures::default();
    let deaths = [0, limits.crashes];
    let deaths = &deaths[usize::from(limits.crashes == 0)..];
    for &crashes in deaths {
        let bounds = match limits.preemptions {
            Some(most) => (0..=most).map(Some).collect(),
            None => vec![Some(0), Some(1), None],
        };
        for preemptions in bounds {
            let budget = limits.budget.map(|budget| budget.saturating_sub(start.elapsed()));
            let limits = Limits { preemptions, crashes, budget, ..limits.clone() };
            let mut explorer = Explorer::new(machine, limits);
            let outcome = explorer.run(&mut |sight| {
                if let Sight::Progress(figures) = sight {
                    watch(sum.and(*figures));
                }
            })?;
            sum = sum.and(explorer.figures());
            if outcome != Outcome::Holds {
                return Ok((outcome, sum));
            }
        }
    }
    Ok((Outcome::Holds, sum))
}

/// Draws schedules until one is wrong. That none is found proves nothing.
fn draw(
    machine: &mut Machine<'_>,
    limits: &Limits,
    strategy: &mut dyn Walks,
    schedules: Option<u64>,
    watch: &mut dyn FnMut(Figures),
) -> Result<(Outcome, Figures), String> {
    let start = Instant::now();
    let mut figures = Figures::default();
    let most = schedules.unwrap_or(if limits.budget.is_some() { u64::MAX } else { DRAWN });
    let over = |start: Instant| limits.budget.is_some_and(|budget| start.elapsed() > budget);
    while figures.executions < most && !over(start) {
        let walked = walk(machine, limits, strategy)?;
        figures.executions += 1;
        figures.steps += walked.choices.len() as u64;
        figures.depth = figures.depth.max(walked.choices.len());
        let died = |choice: &&Choice| matches!(choice, Choice::Crash(_));
        figures.crashes += walked.choices.iter().filter(died).count() as u64;
        if let Some(wrong) = walked.wrong {
            return Ok((Outcome::Violated { choices: walked.choices, wrong }, figures));
        }
        if figures.executions.is_multiple_of(BETWEEN_LOOKS) {
            watch(figures);
        }
    }
    let why = format!("{} schedules were drawn and are right", figures.executions);
    Ok((Outcome::Unfinished(why), figures))
}
