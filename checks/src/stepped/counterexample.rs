//! A schedule that is wrong, made small, and what is to be seen of it.

use super::bounds::{Limits, Spent};
use super::critical::critical_step;
use super::explorer::Figures;
use super::history::History;
use super::machine::{Choice, Machine};
use super::participant::Grain;
use super::scenario::Scenario;
use super::schedule::Schedule;
use super::shrink::shrink;
use super::site::Sites;
use super::timeline::Timeline;
use super::trace::{Event, Word};
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
    /// The names of shared words.
    pub words: Vec<Word>,
    /// The index of the first choice behind which every continuation is wrong, if that was found.
    pub critical: Option<usize>,
    /// The index of the event of that choice.
    pub critical_event: Option<usize>,
    /// What counts as a step of it.
    pub(super) grain: Grain,
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
        if machine.has_lost_somebody() {
            // To run it again would take as long again, each time.
            let seen = Self::here(machine, limits).ok_or("it is not wrong any more")?;
            return Ok(Self { figures, ..seen });
        }
        let small = shrink(machine, limits, choices, wrong)?;
        let critical = critical_step(machine, limits, &small)?;
        let sites = Sites::of_this_program()?;
        let seen = Self::run(machine, limits, &small, &sites)?;
        let mut seen = seen.ok_or("it is not wrong again")?;
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
        sites: &Sites,
    ) -> Result<Option<Self>, String> {
        let limits = limits.lifted(machine);
        machine.showing(sites, |machine| Self::seen(machine, &limits, choices))
    }

    fn seen(
        machine: &mut Machine<'_>,
        limits: &Limits,
        choices: &[Choice],
    ) -> Result<Option<Self>, String> {
        machine.begin_again()?;
        for (index, choice) in choices.iter().enumerate() {
            if !machine.can(*choice) {
                return Err(format!("step {}: {choice:?} is not possible", index + 1));
            }
            machine.take(*choice);
        }
        Ok(Self::here(machine, limits))
    }

    /// The execution that the machine has run, if something is wrong with it.
    pub(super) fn here(machine: &Machine<'_>, limits: &Limits) -> Option<Self> {
        let wrong = wrong_here(machine, limits)?;
        let choices = machine.choices().to_vec();
        Some(Self {
            wrong,
            trace: machine.trace().to_vec(),
            history: machine.history(),
            words: machine.words(),
            critical: None,
            critical_event: None,
            grain: machine.grain,
            preemptions: 0,
            crashes: choices.iter().filter(|c| matches!(c, Choice::Crash(_))).count(),
            first_found: choices.len(),
            choices,
            figures: Figures::default(),
        })
    }

    /// The execution as a picture: text for a terminal.
    #[must_use]
    pub fn text(&self, scenario: &Scenario, sites: &Sites, replay: &str, all: bool) -> String {
        self.picture(scenario, sites, replay, all, &|timeline| timeline.text())
    }

    /// The execution as a picture: a page that needs no other file.
    #[must_use]
    pub fn html(&self, scenario: &Scenario, sites: &Sites, replay: &str) -> String {
        self.picture(scenario, sites, replay, false, &|timeline| timeline.html())
    }

    fn picture(
        &self,
        scenario: &Scenario,
        sites: &Sites,
        replay: &str,
        all: bool,
        draw: &dyn Fn(&Timeline<'_>) -> String,
    ) -> String {
        draw(&Timeline {
            scenario: scenario.name(),
            roles: scenario.roles(),
            events: &self.trace,
            history: &self.history,
            words: &self.words,
            source: &|event| sites.source(event),
            critical: self.critical_event,
            closing: &self.wrong,
            replay,
            all,
        })
    }

    /// The schedule, for a file.
    ///
    /// # Errors
    ///
    /// The kernel refuses a process.
    pub fn schedule(&self, scenario: &Scenario, sites: &Sites) -> Result<Schedule, String> {
        let mut machine = Machine::new(scenario)?;
        machine.set_grain(self.grain);
        let segments = machine.write_down(&self.choices, sites)?;
        Ok(Schedule {
            scenario: scenario.name().to_owned(),
            verdict: self.wrong.clone(),
            bound: Some(self.preemptions),
            crashes: self.crashes,
            segments,
        })
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
fn wrong_here(machine: &Machine<'_>, limits: &Limits) -> Option<String> {
    let stuck = limits.choices(machine, Spent::default()).is_empty();
    // Whoever may die has not: that alone does not make it go on.
    let alive = Limits { crashes: 0, ..limits.clone() };
    let stuck = stuck || alive.choices(machine, Spent::default()).is_empty();
    limits.wrong(machine, stuck)
}
