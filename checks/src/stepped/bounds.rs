//! How far schedules are explored, and when one is wrong.

use std::time::{Duration, Instant};

use super::machine::{Choice, Machine};
use super::participant::Grain;

/// How far to explore.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// What a schedule has used up of its bounds, and who went last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Spent {
    pub(super) preemptions: usize,
    pub(super) crashes: usize,
    pub(super) last: Option<usize>,
}

impl Limits {
    /// What counts as a step within these limits.
    pub(super) fn grain(&self) -> Grain {
        if self.crashes > 0 { Grain::RobustLists } else { Grain::Accesses }
    }

    /// No limits but those on steps and time, for schedules that a machine has run: of its grain,
    /// so that they can be run again.
    pub(super) fn lifted(&self, machine: &Machine<'_>) -> Self {
        let crashes = if machine.grain == Grain::Accesses { 0 } else { usize::MAX };
        Self { preemptions: None, crashes, ..self.clone() }
    }

    /// Says that the budget is used up, if it is.
    pub(super) fn used_up(&self, start: Instant) -> Option<String> {
        let budget = self.budget.filter(|budget| start.elapsed() > *budget)?;
        Some(format!("the budget of {} s is used up", budget.as_secs()))
    }

    /// What can be chosen now, and what the schedule has spent then; the last one is that which
    /// changes least.
    pub(super) fn choices(&self, machine: &Machine<'_>, spent: Spent) -> Vec<(Choice, Spent)> {
        if machine.wrong().is_some() {
            return Vec::new();
        }
        let can = |choice: &Choice| machine.can(*choice);
        let everybody = || 0..machine.participants();
        let going_on = spent.last.filter(|last| can(&Choice::Step(*last)));
        let mut choices = Vec::new();
        if spent.crashes < self.crashes {
            let crashes = everybody().map(Choice::Crash).filter(can);
            choices.extend(crashes.map(|crash| (crash, spent.after(crash, going_on))));
        }
        // Between two steps that others can see, only a death makes a difference.
        let hidden = going_on.is_some_and(|last| machine.is_hidden(last));
        let others = everybody().filter(|index| Some(*index) != going_on).rev();
        let others = others.map(Choice::Step).filter(can);
        let others = others.map(|step| (step, spent.after(step, going_on)));
        let allowed =
            |(_, after): &(_, Spent)| self.preemptions.is_none_or(|m| after.preemptions <= m);
        choices.extend(others.filter(allowed).filter(|_| !hidden));
        choices.extend(Some(Choice::Time).filter(can).map(|time| (time, spent)));
        choices.extend(going_on.map(|last| (Choice::Step(last), spent)));
        choices
    }

    /// What is wrong with the execution, if there is something; `stuck` says that nothing can
    /// follow.
    pub(super) fn wrong(&self, machine: &Machine<'_>, stuck: bool) -> Option<String> {
        if let Some(wrong) = machine.wrong() {
            return Some(wrong.to_owned());
        }
        if machine.choices().len() >= self.steps {
            return Some(format!("it does not end: more than {} steps", self.steps));
        }
        if let Some(wrong) = machine.woken_by_time_alone() {
            return Some(wrong);
        }
        if !stuck {
            return None;
        }
        if machine.is_over() { machine.judge().err() } else { Some(machine.deadlock()) }
    }
}

impl Spent {
    /// What is spent after a choice; `going_on` is who went last, if it could go on: to let another
    /// one step is a preemption then. A death is none, nor is what follows it.
    pub(super) fn after(self, choice: Choice, going_on: Option<usize>) -> Self {
        match choice {
            Choice::Step(index) => {
                let preempts = going_on.is_some_and(|last| last != index);
                let preemptions = self.preemptions + usize::from(preempts);
                Self { preemptions, last: Some(index), ..self }
            }
            Choice::Crash(victim) => {
                let last = self.last.filter(|last| *last != victim);
                Self { crashes: self.crashes + 1, last, ..self }
            }
            Choice::Time => self,
        }
    }
}
