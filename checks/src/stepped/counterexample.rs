//! A schedule that is wrong, made small, and what is to be seen of it.

use super::bounds::Limits;
use super::critical::critical_step;
use super::explorer::Figures;
use super::history::History;
use super::machine::{Choice, Machine};
use super::shrink::shrink;
use super::trace::{Event, Point, Word};
use super::walk::{Given, walk};

/// A schedule that is wrong.
#[derive(Clone, Debug)]
pub struct Counterexample {
    /// What is wrong.
    pub wrong: String,
    /// What was chosen.
    pub choices: Vec<Choice>,
    /// What happened.
    pub trace: Vec<Event>,
    /// The operations.
    pub history: History,
    /// In front of each choice, where each participant stood.
    pub points: Vec<Vec<Option<Point>>>,
    /// The names of shared words.
    pub words: Vec<Word>,
    /// How many events were over before the first choice.
    pub begun: usize,
    /// The index of the first choice behind which every continuation is wrong, if that was found.
    pub critical: Option<usize>,
    /// The index of the event of that choice.
    pub critical_event: Option<usize>,
    /// How many preemptions it has.
    pub preemptions: usize,
    /// How many participants die.
    pub crashes: usize,
    /// How many choices it had before it was made small.
    pub first_found: usize,
    /// What had been explored when it was found.
    pub figures: Figures,
}

impl Counterexample {
    /// Makes a schedule small that is wrong in this way, and runs it once more to see it.
    ///
    /// # Errors
    ///
    /// The kernel refuses a process.
    pub(super) fn of(
        machine: &mut Machine<'_>,
        limits: &Limits,
        choices: &[Choice],
        wrong: &str,
        figures: Figures,
    ) -> Result<Self, String> {
        let small = shrink(machine, limits, choices, wrong)?;
        let critical = critical_step(machine, limits, &small)?;
        let mut seen = Self::run(machine, limits, &small)?.ok_or("it is not wrong again")?;
        seen.first_found = choices.len();
        seen.figures = figures;
        seen.mark(critical, machine, limits)?;
        Ok(seen)
    }

    /// Runs a schedule and looks at it; `None` if nothing is wrong with it.
    ///
    /// # Errors
    ///
    /// The kernel refuses a process, or the schedule is not possible.
    pub(super) fn run(
        machine: &mut Machine<'_>,
        limits: &Limits,
        choices: &[Choice],
    ) -> Result<Option<Self>, String> {
        let limits = limits.lifted(machine);
        machine.begin_again()?;
        let begun = machine.trace().len();
        let mut points = Vec::new();
        let stand = |machine: &Machine<'_>| {
            (0..machine.participants()).map(|index| machine.point(index)).collect::<Vec<_>>()
        };
        for choice in choices {
            points.push(stand(machine));
            if !machine.can(*choice) {
                return Err(format!("step {}: {choice:?} is not possible", points.len()));
            }
            machine.take(*choice);
        }
        let walked = walk_nothing_more(machine, &limits);
        points.push(stand(machine));
        Ok(walked.map(|wrong| Self {
            wrong,
            choices: choices.to_vec(),
            trace: machine.trace().to_vec(),
            history: machine.history(),
            points,
            words: machine.words(),
            begun,
            critical: None,
            critical_event: None,
            preemptions: 0,
            crashes: choices.iter().filter(|c| matches!(c, Choice::Crash(_))).count(),
            first_found: choices.len(),
            figures: Figures::default(),
        }))
    }

    fn mark(
        &mut self,
        critical: Option<usize>,
        machine: &mut Machine<'_>,
        limits: &Limits,
    ) -> Result<(), String> {
        self.critical = critical;
        let limits = limits.lifted(machine);
        let walked = walk(machine, &limits, &mut Given::exactly(&self.choices))?;
        self.preemptions = walked.spent.preemptions;
        if let Some(critical) = critical {
            walk(machine, &limits, &mut Given::exactly(&self.choices[..critical]))?;
            self.critical_event = Some(machine.trace().len());
        }
        Ok(())
    }
}

/// What is wrong where the machine stands, with nothing more done.
fn walk_nothing_more(machine: &Machine<'_>, limits: &Limits) -> Option<String> {
    let stuck = limits.choices(machine, super::bounds::Spent::default()).is_empty();
    // Whoever may die has not: that alone does not make it go on.
    let alive = Limits { crashes: 0, ..limits.clone() };
    let stuck = stuck || alive.choices(machine, super::bounds::Spent::default()).is_empty();
    limits.wrong(machine, stuck)
}
