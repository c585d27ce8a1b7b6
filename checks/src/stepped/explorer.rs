//! All schedules of a scenario, up to a bound.
//!
//! Depth first: from each state every choice is taken, the last participant going on first. A
//! state that has been reached before, with as many preemptions and deaths left, is not gone
//! through again: what can follow from it has been seen (see [`Machine::state`] for why it is the
//! same). That is the whole reduction; without it every schedule is run.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::time::Instant;

use super::bounds::{Limits, Spent};
use super::machine::{Choice, Machine};
use super::rewind::Save;

/// What an exploration has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Figures {
    /// Schedules that were run to their end.
    pub executions: u64,
    /// Schedules that came to a state from which everything was explored already.
    pub cut: u64,
    /// Steps taken, those not counted that were taken to come back to a state.
    pub steps: u64,
    /// Different states.
    pub states: usize,
    /// The most choices of an execution.
    pub depth: usize,
    /// Participants killed.
    pub crashes: u64,
    /// Schedules begun and not yet ended: each is at least one more.
    pub open: usize,
}

impl Figures {
    /// These and more.
    #[must_use]
    pub fn and(self, more: Self) -> Self {
        Self {
            executions: self.executions + more.executions,
            cut: self.cut + more.cut,
            steps: self.steps + more.steps,
            states: self.states + more.states,
            depth: self.depth.max(more.depth),
            crashes: self.crashes + more.crashes,
            open: more.open,
        }
    }
}

/// Whether an execution can still end right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Right {
    Yes,
    No,
    /// The search was given up.
    Unknown,
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

/// A state, who went last, and how many died.
type Key = (u128, Option<usize>, usize);

/// Explores the schedules of a machine's scenario.
pub struct Explorer<'m, 's> {
    machine: &'m mut Machine<'s>,
    limits: Limits,
    /// The fewest preemptions with which each was met.
    met: HashMap<Key, usize>,
    path: Vec<Frame>,
    figures: Figures,
}

/// What the watcher of an exploration sees.
#[derive(Debug)]
pub enum Sight<'a> {
    /// An execution has come to its end.
    Leaf(&'a Machine<'a>),
    /// Some time has passed.
    Progress(Figures),
}

/// How many steps are taken between two looks at the clock.
const BETWEEN_LOOKS: u64 = 256;

impl<'m, 's> Explorer<'m, 's> {
    /// Explores from the beginning.
    pub fn new(machine: &'m mut Machine<'s>, limits: Limits) -> Self {
        let (met, path) = (HashMap::new(), Vec::new());
        Self { machine, limits, met, path, figures: Figures::default() }
    }

    /// What was done so far.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let open = self.path.iter().map(|frame| frame.untried.len()).sum();
        Figures { states: self.met.len(), open, ..self.figures }
    }

    /// Explores until a schedule is wrong, or there is none left, or the budget is used up; `watch`
    /// sees the machine after each execution.
    ///
    /// # Errors
    ///
    /// The kernel refuses a process.
    pub fn run(&mut self, watch: &mut dyn FnMut(&Sight<'_>)) -> Result<Outcome, String> {
        let start = Instant::now();
        self.machine.set_grain(self.limits.grain());
        self.machine.begin()?;
        let mut spent = Spent::default();
        loop {
            if self.figures.steps.is_multiple_of(BETWEEN_LOOKS) {
                watch(&Sight::Progress(self.figures()));
                if let Some(why) = self.limits.used_up(start) {
                    return Ok(Outcome::Unfinished(why));
                }
            }
            let untried = self.limits.choices(self.machine, spent);
            self.figures.depth = self.figures.depth.max(self.machine.choices().len());
            if let Some(wrong) = self.limits.wrong(self.machine, untried.is_empty()) {
                watch(&Sight::Leaf(self.machine));
                self.figures.executions += 1;
                let choices = self.machine.choices().to_vec();
                return Ok(Outcome::Violated { choices, wrong });
            }
            self.extend(untried, spent, watch)?;
            let Some((choice, next)) = self.next()? else { return Ok(Outcome::Holds) };
            self.machine.take(choice);
            self.figures.steps += 1;
            self.figures.crashes += u64::from(matches!(choice, Choice::Crash(_)));
            spent = next;
        }
    }

    /// Looks for a continuation from where the machine stands that ends with nothing wrong.
    ///
    /// # Errors
    ///
    /// The kernel refuses a process.
    pub(super) fn can_end_right(&mut self, most_steps: u64) -> Result<Right, String> {
        let mut spent = Spent::default();
        loop {
            let untried = self.limits.choices(self.machine, spent);
            let wrong = self.limits.wrong(self.machine, untried.is_empty()).is_some();
            if !wrong && untried.is_empty() {
                return Ok(Right::Yes);
            }
            if !wrong && self.is_new(spent) {
                self.path.push(Frame { save: self.machine.save()?, untried });
            }
            let Some((choice, next)) = self.next()? else { return Ok(Right::No) };
            self.machine.take(choice);
            self.figures.steps += 1;
            if self.figures.steps > most_steps {
                return Ok(Right::Unknown);
            }
            spent = next;
        }
    }

    fn extend(
        &mut self,
        untried: Vec<(Choice, Spent)>,
        spent: Spent,
        watch: &mut dyn FnMut(&Sight<'_>),
    ) -> Result<(), String> {
        if untried.is_empty() {
            watch(&Sight::Leaf(self.machine));
            self.figures.executions += 1;
        } else if self.is_new(spent) {
            self.path.push(Frame { save: self.machine.save()?, untried });
        } else {
            self.figures.cut += 1;
        }
        Ok(())
    }

    /// Goes back to the last state with an untried choice, if the machine is not in it.
    fn next(&mut self) -> Result<Option<(Choice, Spent)>, String> {
        while let Some(frame) = self.path.last_mut() {
            let Some((choice, spent)) = frame.untried.pop() else {
                self.path.pop();
                continue;
            };
            self.machine.restore(&mut frame.save)?;
            // Two deaths between which nobody else can see a difference are one.
            if let Choice::Crash(victim) = choice
                && self.limits.reduction
            {
                let state = self.machine.state_after_crash(victim);
                if !self.note((state, spent.last, spent.crashes), spent.preemptions) {
                    continue;
                }
            }
            return Ok(Some((choice, spent)));
        }
        Ok(None)
    }

    fn is_new(&mut self, spent: Spent) -> bool {
        !self.limits.reduction || {
            let state = self.machine.state();
            self.note((state, spent.last, spent.crashes), spent.preemptions)
        }
    }

    /// Says whether a state is new, or was met only with fewer preemptions left.
    fn note(&mut self, key: Key, preemptions: usize) -> bool {
        let preemptions = self.limits.preemptions.map_or(0, |_| preemptions);
        // Who went last matters only for what counts as a preemption.
        let key = self.limits.preemptions.map_or((key.0, None, key.2), |_| key);
        match self.met.entry(key) {
            Entry::Occupied(mut known) if preemptions < *known.get() => {
                known.insert(preemptions);
                true
            }
            Entry::Occupied(_) => false,
            Entry::Vacant(new) => {
                new.insert(preemptions);
                true
            }
        }
    }
}

impl std::fmt::Debug for Explorer<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Explorer({:?}, {:?})", self.machine.scenario, self.figures())
    }
}
