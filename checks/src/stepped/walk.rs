//! Schedules one by one, each from the beginning: drawn, or given.

use super::bounds::{Limits, Spent};
use super::counterexample::Counterexample;
use super::machine::{Choice, Machine};
use super::site::Sites;
use crate::draw::Draw;

/// Who steps next and who dies, for one schedule after the other.
pub(super) trait Strategy {
    /// A schedule begins.
    fn begin(&mut self, machine: &Machine<'_>);

    /// Picks one of `choices`, of which there is at least one; the last of them is that which
    /// changes least. `None` ends the schedule here.
    ///
    /// # Errors
    ///
    /// The strategy wants what is not possible; the text says what.
    fn pick(
        &mut self,
        machine: &Machine<'_>,
        choices: &[(Choice, Spent)],
    ) -> Result<Option<Choice>, String>;
}

/// A schedule that was run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Walked {
    pub(super) choices: Vec<Choice>,
    pub(super) spent: Spent,
    /// What is wrong with it; `None` if nothing is, or if it was not run to its end.
    pub(super) wrong: Option<String>,
    /// Whether it came to its end.
    pub(super) ended: bool,
}

/// Runs one schedule from the beginning; the machine stays where it ends.
///
/// # Errors
///
/// The kernel refuses a process, or the strategy cannot go on.
pub(super) fn walk(
    machine: &mut Machine<'_>,
    limits: &Limits,
    strategy: &mut dyn Strategy,
) -> Result<Walked, String> {
    machine.set_grain(limits.grain());
    machine.begin_again()?;
    strategy.begin(machine);
    let mut spent = Spent::default();
    loop {
        let choices = limits.choices(machine, spent);
        let wrong = limits.wrong(machine, choices.is_empty());
        let ended = wrong.is_some() || choices.is_empty();
        let choice = if ended { None } else { strategy.pick(machine, &choices)? };
        let Some(choice) = choice else {
            return Ok(Walked { choices: machine.choices().to_vec(), spent, wrong, ended });
        };
        let after = choices.iter().find(|(possible, _)| *possible == choice);
        spent =
            after.map(|(_, spent)| *spent).ok_or_else(|| format!("{choice:?} is impossible"))?;
        machine.take(choice);
    }
}

/// Runs one schedule that is drawn from `seed`, every choice as likely as any other; what is wrong
/// with it, if something is, as it is: not made small.
///
/// # Errors
///
/// The kernel refuses a process.
pub fn draw_one(
    machine: &mut Machine<'_>,
    limits: &Limits,
    seed: u64,
    sites: &Sites,
) -> Result<Option<Counterexample>, String> {
    let walked = walk(machine, limits, &mut Random::new(seed))?;
    if walked.wrong.is_none() {
        return Ok(None);
    }
    let found = Counterexample::run(machine, limits, &walked.choices, sites)?;
    Ok(found.map(|found| Counterexample { preemptions: walked.spent.preemptions, ..found }))
}

/// Every choice is as likely as any other; deaths come at steps that are drawn first, so that they
/// are not all early.
#[derive(Debug)]
pub(super) struct Random {
    draw: Draw,
    deaths: Deaths,
}

/// Probabilistic concurrency testing: each participant has a priority, the highest goes first, and
/// at a few steps the one that goes falls behind all others. A bug that needs `depth` such orders
/// is found with a probability of at least 1 in n * k^(depth - 1), for n participants and k steps.
/// Source: S. Burckhardt, P. Kothari, M. Musuvathi, S. Nagarakatti, "A randomized scheduler with
/// probabilistic guarantees of finding bugs" (ASPLOS 2010).
#[derive(Debug)]
pub(super) struct Pct {
    draw: Draw,
    depth: usize,
    /// The higher goes first.
    priorities: Vec<usize>,
    /// At which steps the one that goes falls behind.
    changes: Vec<usize>,
    deaths: Deaths,
}

/// At which steps somebody dies, if anybody may.
#[derive(Debug, Default)]
struct Deaths {
    at: Vec<usize>,
    /// How long the longest schedule was.
    longest: usize,
}

/// What a first schedule is taken to be long, before one has been run.
const FIRST_GUESS: usize = 32;

impl Deaths {
    fn begin(&mut self, draw: &mut Draw, crashes: usize) {
        self.longest = self.longest.max(FIRST_GUESS);
        self.at = (0..crashes).map(|_| draw.below(self.longest as u64) as usize).collect();
    }

    /// Whether somebody dies now, and who.
    fn pick(&mut self, draw: &mut Draw, now: usize, choices: &[(Choice, Spent)]) -> Option<Choice> {
        self.longest = self.longest.max(now);
        let due = self.at.iter().position(|at| *at <= now)?;
        let crash =
            |(choice, _): &(Choice, Spent)| matches!(choice, Choice::Crash(_)).then_some(*choice);
        let victims: Vec<_> = choices.iter().filter_map(crash).collect();
        self.at.swap_remove(due);
        victims.get(draw.below(victims.len() as u64) as usize).copied()
    }
}

fn without_deaths(choices: &[(Choice, Spent)]) -> Vec<Choice> {
    let all = choices.iter().map(|(choice, _)| *choice);
    all.filter(|choice| !matches!(choice, Choice::Crash(_))).collect()
}

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self { draw: Draw::new(seed), deaths: Deaths::default() }
    }
}

impl Strategy for Random {
    fn begin(&mut self, machine: &Machine<'_>) {
        self.deaths.begin(&mut self.draw, machine.participants());
    }

    fn pick(
        &mut self,
        machine: &Machine<'_>,
        choices: &[(Choice, Spent)],
    ) -> Result<Option<Choice>, String> {
        if let Some(crash) = self.deaths.pick(&mut self.draw, machine.choices().len(), choices) {
            return Ok(Some(crash));
        }
        let steps = without_deaths(choices);
        let index = self.draw.below(steps.len() as u64) as usize;
        Ok(steps.get(index).copied())
    }
}

impl Pct {
    pub(super) fn new(seed: u64, depth: usize) -> Self {
        let (draw, deaths) = (Draw::new(seed), Deaths::default());
        Self { draw, depth, priorities: Vec::new(), changes: Vec::new(), deaths }
    }
}

impl Strategy for Pct {
    fn begin(&mut self, machine: &Machine<'_>) {
        self.deaths.begin(&mut self.draw, machine.participants());
        let count = machine.participants();
        self.priorities = (self.depth..self.depth + count).collect();
        for last in (1..count).rev() {
            let other = self.draw.below(last as u64 + 1) as usize;
            self.priorities.swap(last, other);
        }
        let longest = self.deaths.longest as u64;
        let changes = 1..self.depth;
        self.changes = changes.map(|_| self.draw.below(longest) as usize).collect();
    }

    fn pick(
        &mut self,
        machine: &Machine<'_>,
        choices: &[(Choice, Spent)],
    ) -> Result<Option<Choice>, String> {
        let now = machine.choices().len();
        if let Some(crash) = self.deaths.pick(&mut self.draw, now, choices) {
            return Ok(Some(crash));
        }
        let priorities = &mut self.priorities;
        let priority = |priorities: &[usize], choice: &Choice| match choice {
            Choice::Step(index) => priorities.get(*index).copied(),
            Choice::Crash(_) | Choice::Time => None,
        };
        let steps = without_deaths(choices);
        let first = steps.iter().copied().max_by_key(|choice| priority(priorities, choice));
        if let Some(change) = self.changes.iter().position(|at| *at == now)
            && let Some(Choice::Step(index)) = first
        {
            priorities[index] = change;
            return Ok(steps.into_iter().max_by_key(|choice| priority(priorities, choice)));
        }
        Ok(first)
    }
}

/// A schedule that is known: as it is, or, where that is not possible, without what is not; at its
/// end, what changes least.
#[derive(Debug)]
pub(super) struct Given<'a> {
    choices: &'a [Choice],
    next: usize,
    /// Whether to leave out what is not possible, and to go on behind the end.
    leniently: bool,
}

impl<'a> Given<'a> {
    /// Exactly this.
    pub(super) fn exactly(choices: &'a [Choice]) -> Self {
        Self { choices, next: 0, leniently: false }
    }

    /// As much of this as is possible.
    pub(super) fn leniently(choices: &'a [Choice]) -> Self {
        Self { choices, next: 0, leniently: true }
    }
}

impl Strategy for Given<'_> {
    fn begin(&mut self, _machine: &Machine<'_>) {
        self.next = 0;
    }

    fn pick(
        &mut self,
        _machine: &Machine<'_>,
        choices: &[(Choice, Spent)],
    ) -> Result<Option<Choice>, String> {
        while let Some(wanted) = self.choices.get(self.next) {
            self.next += 1;
            if choices.iter().any(|(choice, _)| choice == wanted) {
                return Ok(Some(*wanted));
            }
            if !self.leniently {
                return Err(format!("step {}: {wanted:?} is not possible", self.next));
            }
        }
        let least = without_deaths(choices).last().copied();
        Ok(least.filter(|_| self.leniently))
    }
}
