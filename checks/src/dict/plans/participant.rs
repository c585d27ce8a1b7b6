//! What one process of a plan does.

use std::cell::Cell;
use std::time::Duration;

use forkstep::{Dict, DictReadError, DictWriteError};

use super::entry::Entry;
use super::journal::{Clock, Journal, Lane};
use super::plan::{KEYS, Plan, Step, Verb};
use super::planted::Planted;
use super::record::{Record, State};
use crate::linearizability::Sees;
use crate::plans::board::Stage;
use crate::plans::item::{Item, Name};
use crate::plans::participant::{AtWork, Then, sleep_for_ever};
use crate::plans::program::{How, Participant};

/// What the participants of an execution share.
#[derive(Clone, Copy)]
pub(super) struct Shop<'a> {
    pub(super) plan: &'a Plan,
    pub(super) dict: &'a Dict<u8, Item>,
    pub(super) journal: &'a Journal,
    pub(super) planted: Planted,
}

/// A participant at work on the dict.
pub(super) struct Worker<'a> {
    pub(super) shop: Shop<'a>,
    pub(super) at_work: AtWork<'a>,
    /// What it has last seen of each key.
    pub(super) last: [Cell<State>; KEYS],
}

/// An operation of the plan, about to be done.
pub(super) struct Attempt<'a> {
    pub(super) step: &'a Step,
    pub(super) key: u8,
    /// What it writes, if it does.
    pub(super) value: Item,
    /// What is there then.
    pub(super) state: State,
    /// Whether it stays inside of an update until it is killed.
    pub(super) stays: bool,
}

/// How an operation ended that is not a violation.
type Ended = Result<Entry, String>;

impl<'a> Shop<'a> {
    /// Says what a value is, after a look at every byte.
    ///
    /// # Errors
    ///
    /// Nobody writes such a value.
    pub(super) fn state(&self, value: Option<&Item>) -> Result<State, String> {
        let Some(value) = value else { return Ok(State::Absent) };
        Ok(value.verify(|name| self.plan.length(name))?.map_or(State::Empty, State::Named))
    }

    /// The value that the state says; `None` if there is none.
    fn value(&self, state: State) -> Option<Item> {
        match state {
            State::Absent => None,
            State::Empty => Some(Item(Vec::new())),
            State::Named(name) => Some(Item::new(name, self.plan.length(name)?)),
        }
    }
}

impl Worker<'_> {
    /// Goes through the whole program.
    ///
    /// # Errors
    ///
    /// What the dict did wrong.
    pub(super) fn live(&self, program: &Participant<Step>) -> Result<(), String> {
        self.at_work.attempts(
            program,
            |step| step.before.pass(),
            |step, number| {
                let name = Name { producer: self.at_work.index as u8, number };
                let length = self.shop.plan.length(name).ok_or("a value that is not planned")?;
                let attempt = Attempt {
                    step,
                    key: self.shop.plan.key(step),
                    value: Item::new(name, length),
                    state: State::of(name, length),
                    stays: program.stays(Stage::Holding, number),
                };
                let stayed = self.who_stays_inside();
                let entry = self.attempt(&attempt)?;
                self.judge_beside(stayed, entry)?;
                Ok((entry, Then::GoOn))
            },
        )
    }

    fn attempt(&self, attempt: &Attempt<'_>) -> Ended {
        match attempt.step.verb {
            Verb::Get => self.get(attempt),
            Verb::ContainsKey => self.contains_key(attempt),
            Verb::Insert => self.insert(attempt),
            Verb::Remove => self.remove(attempt),
            Verb::Take => self.take(attempt),
            Verb::Update => self.update(attempt),
            Verb::CompareAndSet => self.compare_and_set(attempt),
            Verb::GetOrInsertWith => self.get_or_insert_with(attempt),
            Verb::Clear => self.clear(attempt),
            Verb::Iter => self.iter(attempt),
            Verb::Len => self.len(),
        }
    }

    pub(super) fn is_planted(&self, planted: Planted) -> bool {
        self.shop.planted == planted
    }

    pub(super) fn lane(&self) -> &Lane {
        &self.shop.journal.lanes[self.at_work.index]
    }

    pub(super) fn clock(&self) -> Clock {
        Clock(self.at_work.start)
    }

    /// Notes the state that a key was seen in.
    pub(super) fn seen(&self, key: u8, value: Option<&Item>) -> Result<Sees<State>, String> {
        let state = self.shop.state(value)?;
        self.last[usize::from(key)].set(state);
        Ok(Sees::Just(state))
    }

    /// What it has last seen of the key, as a value.
    pub(super) fn last_seen(&self, key: u8) -> (State, Option<Item>) {
        let state = self.last[usize::from(key)].get();
        (state, self.shop.value(state))
    }

    /// Does an operation that would do what `intent` says; returns when it responded.
    pub(super) fn operate<R>(
        &self,
        step: &Step,
        intent: Record,
        operation: impl FnOnce(&Dict<u8, Item>) -> R,
    ) -> (R, u64) {
        let dict = self.shop.dict;
        let timeout = match step.how {
            How::Wait => None,
            How::Try => Some(Duration::ZERO),
            How::Timeout(timeout) => Some(timeout),
        };
        let handle = timeout.map_or_else(|| dict.clone(), |timeout| dict.with_timeout(timeout));
        self.lane().invoke(intent, self.clock());
        let operation = || {
            let result = operation(&handle);
            (result, self.clock().response())
        };
        match timeout {
            None => operation(),
            Some(timeout) => self.at_work.timed(timeout, operation),
        }
    }

    /// Passes the time inside of an update.
    pub(super) fn stay_inside(&self, attempt: &Attempt<'_>) {
        if attempt.stays || self.is_planted(Planted::NeverEnds) {
            self.at_work.seat().set_stage(Stage::Holding);
            sleep_for_ever();
        }
        attempt.step.inside.pass();
    }

    /// Judges a refusal to write.
    pub(super) fn refused(&self, attempt: &Attempt<'_>, error: DictWriteError) -> Ended {
        let (length, longest) = (attempt.value.0.len(), self.shop.plan.longest());
        // Beside the value, there are a word of lengths and one of the key.
        let around = 16;
        match error {
            DictWriteError::TimedOut if attempt.step.how.ends() => Ok(Entry::Refused),
            DictWriteError::Full if length <= longest => Ok(Entry::Refused),
            DictWriteError::TooLarge { len, max }
                if length > longest
                    && (len, max) == (length.next_multiple_of(8) + around, longest + around) =>
            {
                Ok(Entry::Refused)
            }
            error => {
                let Step { verb, how, .. } = attempt.step;
                Err(format!("{verb:?} of {length} bytes, {longest} fit, by {how:?}: {error}"))
            }
        }
    }

    /// Judges a refusal of a look.
    pub(super) fn refused_look(&self, attempt: &Attempt<'_>, error: DictReadError) -> Ended {
        match error {
            DictReadError::TimedOut if attempt.step.how.ends() => Ok(Entry::RefusedLook),
            error => Err(format!("{:?} by {:?}: {error}", attempt.step.verb, attempt.step.how)),
        }
    }

    /// Who stays inside of an update until it is killed, if all keys share the lock that it has.
    fn who_stays_inside(&self) -> Option<usize> {
        let seats = &self.at_work.board.seats;
        let mut holding = (0..seats.len()).filter(|at| seats[*at].stage() == Stage::Holding);
        if self.shop.plan.shards > 1 { None } else { holding.find(|at| !seats[*at].is_doomed()) }
    }

    /// Judges an operation beside one that stayed inside: no writer comes in, no reader waits.
    fn judge_beside(&self, stayed: Option<usize>, entry: Entry) -> Result<(), String> {
        let seats = &self.at_work.board.seats;
        // From when it is doomed on, it may be dead.
        let Some(stayed) = stayed.filter(|at| !seats[*at].is_doomed()) else { return Ok(()) };
        match entry {
            Entry::Wrote => Err(format!("wrote while P{stayed} was inside of an update")),
            Entry::RefusedLook => Err(format!("a reader waited for P{stayed}, which was inside")),
            Entry::Nothing | Entry::Refused | Entry::Read => Ok(()),
        }
    }
}
