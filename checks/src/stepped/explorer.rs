//! All schedules of a scenario, up to a bound.
//!
//! Depth first: from each state every choice is taken, the last participant going on first. A
//! state that has been reached before, with as many preemptions and deaths left, is not gone
//! through again: what can follow from it has been seen (see [`Machine::state`] for why it is the
//! same). That is the whole reduction; without it every schedule is run.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::machine::{Choice, Machine};
use super::rewind::Save;

/// How far to explore.
#[derive(Clone, Debug)]
pub struct Limits {
    /// How many preemptions a schedule may have; `None` for any number.
    pub preemptions: Option<usize>,
    /// How many participants may die.
    pub crashes: usize,
    /// Whether to stop at states that have been reached before.
    pub reduction: bool,
    /// How many steps an execution may take.
    pub steps: usize,
    /// When to give up.
    pub budget: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { preemptions: Some(2), crashes: 0, reduction: true, steps: 20_000, budget: None }
    }
}

/// What an exploration has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Executions that came to their end.
    pub executions: u64,
    /// Executions that came to a state from which everything was explored already.
    pub cut: u64,
    /// Steps taken, those not counted that were taken to come back to a state.
    pub steps: u64,
    /// Different states.
    pub states: usize,
    /// The most steps of an execution.
    pub depth: usize,
    /// Participants killed.
    pub crashes: u64,
}

/// How an exploration has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All schedules up to the bound are right.
    Holds,
    /// This one is not.
    Violated {
        /// What was chosen.
        choices: Vec<Choice>,
        /// Why it is wrong.
        wrong: String,
    },
    /// The exploration was given up.
    Unfinished(String),
}

/// A state on the way from the beginning to where the machine is.
struct Frame {
    save: Save,
    untried: Vec<(Choice, Spent)>,
}

/// What a schedule has used up of its bounds, and who went last.
#[derive(Clone, Copy, Debug, Default)]
struct Spent {
    preemptions: usize,
    crashes: usize,
    last: Option<usize>,
}

/// Explores the schedules of a machine's scenario.
#[derive(Debug)]
pub struct Explorer<'m, 's> {
    machine: &'m mut Machine<'s>,
    limits: Limits,
    /// For each state, last participant and number of deaths: the fewest preemptions.
    met: HashMap<(u128, Option<usize>, usize), usize>,
    figures: Figures,
}

impl<'m, 's> Explorer<'m, 's> {
    /// Explores from the beginning.
    pub fn new(machine: &'m mut Machine<'s>, limits: Limits) -> Self {
        Self { machine, limits, met: HashMap::new(), figures: Figures::default() }
    }

    /// What was done so far.
    #[must_use]
    pub fn figures(&self) -> Figures {
        Figures { states: self.met.len(), ..self.figures }
    }

    /// Explores until a schedule is wrong, or there is none left, or the budget is used up; after
    /// each execution `leaf` sees the machine.
    ///
    /// # Errors
    ///
    /// The kernel refuses a process.
    pub fn run(&mut self, leaf: &mut dyn FnMut(&Machine<'_>)) -> Result<Outcome, String> {
        let start = Instant::now();
        self.machine.begin()?;
        let mut path: Vec<Frame> = Vec::new();
        let mut spent = Spent::default();
        loop {
            if let Some(budget) = self.limits.budget
                && start.elapsed() > budget
            {
                return Ok(Outcome::Unfinished(format!("the budget of {budget:?} is used up")));
            }
            let untried = self.choices(spent);
            self.figures.depth = self.figures.depth.max(self.machine.choices().len());
            if let Some(wrong) = self.wrong(untried.is_empty()) {
                leaf(self.machine);
                let choices = self.machine.choices().to_vec();
                return Ok(Outcome::Violated { choices, wrong });
            }
            if untried.is_empty() {
                leaf(self.machine);
                self.figures.executions += 1;
            } else if self.is_new(spent) {
                path.push(Frame { save: self.machine.save()?, untried });
            } else {
                self.figures.cut += 1;
            }
            let Some((choice, next)) = self.next(&mut path)? else { return Ok(Outcome::Holds) };
            self.machine.take(choice);
            self.figures.steps += 1;
            self.figures.crashes += u64::from(matches!(choice, Choice::Crash(_)));
            spent = next;
        }
    }

    /// Goes back to the last state with an untried choice, if the machine is not in it.
    fn next(&mut self, path: &mut Vec<Frame>) -> Result<Option<(Choice, Spent)>, String> {
        while let Some(frame) = path.last_mut() {
            if let Some((choice, spent)) = frame.untried.pop() {
                self.machine.restore(&mut frame.save)?;
                if let Choice::Crash(victim) = choice
                    && self.limits.reduction
                    && !self.is_new_death(victim, spent)
                {
                    continue;
                }
                return Ok(Some((choice, spent)));
            }
            path.pop();
        }
        Ok(None)
    }

    fn is_new(&mut self, spent: Spent) -> bool {
        !self.limits.reduction || {
            let state = self.machine.state();
            self.note((state, spent.last, spent.crashes), spent.preemptions)
        }
    }

    /// Whether what the victim's death leads to has not been seen: two deaths between which nobody
    /// else can see a difference are one.
    fn is_new_death(&mut self, victim: usize, spent: Spent) -> bool {
        let state = self.machine.state_after_crash(victim);
        self.note((state, spent.last, spent.crashes), spent.preemptions)
    }

    fn note(&mut self, key: (u128, Option<usize>, usize), preemptions: usize) -> bool {
        // What matters of the preemptions is how many are left.
        let preemptions = self.limits.preemptions.map_or(0, |_| preemptions);
        match self.met.entry(key) {
            std::collections::hash_map::Entry::Occupied(mut known) => {
                let fewer = preemptions < *known.get();
                if fewer {
                    known.insert(preemptions);
                }
                fewer
            }
            std::collections::hash_map::Entry::Vacant(new) => {
                new.insert(preemptions);
                true
            }
        }
    }

    /// What can be chosen now; the last one is to be tried first.
    fn choices(&self, spent: Spent) -> Vec<(Choice, Spent)> {
        if self.machine.wrong().is_some() {
            return Vec::new();
        }
        let can = |choice: &Choice| self.machine.can(*choice);
        let everybody = || 0..self.machine.participants();
        let going_on = spent.last.filter(|last| can(&Choice::Step(*last)));
        let mut choices = Vec::new();
        if spent.crashes < self.limits.crashes {
            let crashes = everybody().map(Choice::Crash).filter(can);
            let after = Spent { crashes: spent.crashes + 1, ..spent };
            choices.extend(crashes.map(|crash| (crash, after)));
        }
        let preempts = going_on.is_some();
        let preemptions = spent.preemptions + usize::from(preempts);
        if !preempts || self.limits.preemptions.is_none_or(|most| preemptions <= most) {
            let others = everybody().filter(|index| Some(*index) != going_on).rev();
            let steps = others.map(Choice::Step).filter(can);
            let to = |step| Spent { preemptions, last: by(step), ..spent };
            choices.extend(steps.map(|step| (step, to(step))));
        }
        choices.extend(Some(Choice::Time).filter(can).map(|time| (time, spent)));
        choices.extend(going_on.map(|last| (Choice::Step(last), spent)));
        choices
    }

    /// What is wrong with the execution, if there is something; `stuck` says that nothing can
    /// follow.
    fn wrong(&self, stuck: bool) -> Option<String> {
        if let Some(wrong) = self.machine.wrong() {
            return Some(wrong.to_owned());
        }
        if self.machine.choices().len() >= self.limits.steps {
            return Some(format!("it does not end: more than {} steps", self.limits.steps));
        }
        if let Some(wrong) = self.machine.woken_by_time_alone() {
            return Some(wrong);
        }
        if !stuck {
            return None;
        }
        if !self.machine.is_over() {
            return Some(self.machine.deadlock());
        }
        self.machine.judge().err()
    }
}

fn by(choice: Choice) -> Option<usize> {
    match choice {
        Choice::Step(index) => Some(index),
        Choice::Crash(_) | Choice::Time => None,
    }
}
