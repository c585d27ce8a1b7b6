//! What one process of a plan does.

use std::time::Duration;

use forkstep::array;
use forkstep::value::{self, LockError, LockTimeoutError, Plain, TryLockError};
use forkstep::{Array, Value};

use super::entry::Entry;
use super::objects::{LEN, Mark, Objects};
use super::plan::{Operation, Step};
use super::planted::Planted;
use crate::plans::board::{SEATS, Stage, read};
use crate::plans::participant::{AtWork, Then, sleep_for_ever};
use crate::plans::program::Participant;

/// A participant at work.
pub(super) struct Worker<'a> {
    pub(super) objects: &'a Objects,
    pub(super) at_work: AtWork<'a>,
    pub(super) planted: Planted,
}

/// Where a plan has the participant keep the lock until it is killed.
struct Place<'a> {
    program: &'a Participant<Step>,
    number: u16,
}

impl Worker<'_> {
    /// Goes through the whole program.
    ///
    /// # Errors
    ///
    /// What the value or the array did wrong.
    pub(super) fn live(&self, program: &Participant<Step>) -> Result<(), String> {
        self.at_work.attempts(
            program,
            |step| step.before.pass(),
            |step, number| {
                let entry = self.attempt(step, &Place { program, number })?;
                Ok((entry, Then::GoOn))
            },
        )
    }

    fn attempt(&self, step: &Step, place: &Place<'_>) -> Result<Entry, String> {
        let Objects { number, long, .. } = self.objects;
        let adds = step.operation.adds_to_number();
        match (step.operation, self.planted) {
            (_, Planted::LosesAdditions) if adds => return Ok(Entry::Done),
            (_, Planted::AddsTwice) if adds => {
                number.fetch_add(1);
            }
            _ => {}
        }
        match step.operation {
            Operation::Get => self.get(step.burst)?,
            Operation::Set => {
                for burst in 0..step.burst {
                    long.set(self.mark(place, burst)).map_err(text)?;
                }
            }
            Operation::SetHolding => return self.set_holding(step, place),
            Operation::Update => {
                number.update(|old| old + 1).map_err(text)?;
            }
            Operation::Add => {
                number.fetch_add(1);
            }
            Operation::Exchange => {
                let mut seen = number.load();
                while let Err(found) = number.compare_exchange(seen, seen + 1) {
                    seen = found;
                }
            }
            Operation::UpdateHolding => return self.update_holding(step, place),
            Operation::Fill => return self.fill(step, place),
            Operation::Copy => self.copy()?,
        }
        Ok(Entry::Done)
    }

    /// The value that is set in this attempt.
    fn mark(&self, place: &Place<'_>, burst: u64) -> [u64; super::objects::WORDS] {
        let old = self.planted == Planted::SetsOldValues && place.number > 0 && burst == 0;
        let attempt = if old { 0 } else { place.number };
        let mut value = Mark { participant: self.at_work.index, attempt, burst }.value();
        if self.planted == Planted::TearsValues {
            value[1] += 1;
        }
        value
    }

    /// Reads again and again: each value is whole, was begun, and is no older than one before it.
    fn get(&self, burst: u64) -> Result<(), String> {
        let mut last: [Option<Mark>; SEATS] = [None; SEATS];
        for _ in 0..burst {
            let Some(mark) = Mark::of(self.objects.long.get())? else { continue };
            let begun =
                self.at_work.board.seats.get(mark.participant).map_or(0, |s| read(&s.begun));
            if u64::from(mark.attempt) >= begun {
                return Err(format!("{mark:?} was read, and {begun} attempts were begun"));
            }
            let last = &mut last[mark.participant];
            if last.is_some_and(|last| last > mark) {
                return Err(format!("out of order: {mark:?} after {last:?}"));
            }
            *last = Some(mark);
        }
        Ok(())
    }

    fn copy(&self) -> Result<(), String> {
        let mut copy = [[0; 2]; LEN];
        self.objects.array.copy_to_slice(0, &mut copy).map_err(text)?;
        match copy.iter().find(|[left, right]| left != right) {
            Some(element) => Err(format!("torn: {element:?}")),
            None => Ok(()),
        }
    }

    fn set_holding(&self, step: &Step, place: &Place<'_>) -> Result<Entry, String> {
        let Some(mut guard) = self.lock(&self.objects.long, step)? else {
            return Ok(Entry::Refused);
        };
        for burst in 0..step.burst {
            let value = self.mark(place, burst);
            guard.set(value).map_err(text)?;
            if burst == 0 {
                self.stay_inside(step, place);
            }
            if guard.get() != value {
                return Err("mutual exclusion: somebody set the value that I hold".to_owned());
            }
        }
        self.release(guard);
        Ok(Entry::Done)
    }

    fn update_holding(&self, step: &Step, place: &Place<'_>) -> Result<Entry, String> {
        let Some(mut guard) = self.lock(&self.objects.number, step)? else {
            return Ok(Entry::Refused);
        };
        guard.update(|old| old + 1).map_err(text)?;
        self.stay_inside(step, place);
        self.release(guard);
        Ok(Entry::Done)
    }

    /// Adds one to each element. Who died in here left some of them without it, so what counts is
    /// that the elements grow by the same, but for the deaths.
    fn fill(&self, step: &Step, place: &Place<'_>) -> Result<Entry, String> {
        let array = &self.objects.array;
        if self.planted == Planted::AddsWithoutLock {
            let next = array.get(0).map_err(text)?.map(|word| word + 1);
            step.inside.pass();
            array.set(0, next).map_err(text)?;
            return Ok(Entry::Done);
        }
        let Some(mut guard) = self.lock_array(array, step)? else { return Ok(Entry::Refused) };
        for index in 0..LEN {
            let [left, right] = guard.get(index).map_err(text)?;
            guard.set(index, [left + 1, right + 1]).map_err(text)?;
            if index == 0 {
                self.stay_inside(step, place);
            }
        }
        self.release(guard);
        Ok(Entry::Done)
    }

    /// Says that the lock is held, and keeps it for a while, or until this process is killed.
    fn stay_inside(&self, step: &Step, place: &Place<'_>) {
        self.at_work.seat().set_stage(Stage::Holding);
        step.inside.pass();
        if place.program.stays(Stage::Holding, place.number) {
            sleep_for_ever();
        }
    }

    fn release<G>(&self, guard: G) {
        if self.planted == Planted::NeverReleases {
            std::mem::forget(guard);
            sleep_for_ever();
        }
        self.at_work.seat().set_stage(Stage::Inside);
        drop(guard);
    }

    /// Takes the lock of a value; `None` if it was not given in time.
    fn lock<'v, T: Plain>(
        &self,
        value: &'v Value<T>,
        step: &Step,
    ) -> Result<Option<value::Guard<'v, T>>, String> {
        let within = |timeout: Duration| Taken::within(value.lock_timeout(timeout));
        let taken = self.at_work.call(
            step.how,
            || Taken::waited(value.lock()),
            || Taken::at_once(value.try_lock()),
            within,
        );
        taken.map_err(text)
    }

    /// As [`lock`](Self::lock), of an array.
    fn lock_array<'v, T: Plain>(
        &self,
        array: &'v Array<T>,
        step: &Step,
    ) -> Result<Option<array::Guard<'v, T>>, String> {
        let within = |timeout: Duration| Taken::within(array.lock_timeout(timeout));
        let taken = self.at_work.call(
            step.how,
            || Taken::waited(array.lock()),
            || Taken::at_once(array.try_lock()),
            within,
        );
        taken.map_err(text)
    }
}

/// The three forms of taking a lock as one.
struct Taken;

impl Taken {
    fn waited<G>(taken: Result<G, LockError>) -> Result<Option<G>, LockError> {
        taken.map(Some)
    }

    fn at_once<G>(taken: Result<G, TryLockError>) -> Result<Option<G>, LockError> {
        match taken {
            Ok(guard) => Ok(Some(guard)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Lock(error)) => Err(error),
        }
    }

    fn within<G>(taken: Result<G, LockTimeoutError>) -> Result<Option<G>, LockError> {
        match taken {
            Ok(guard) => Ok(Some(guard)),
            Err(LockTimeoutError::TimedOut) => Ok(None),
            Err(LockTimeoutError::Lock(error)) => Err(error),
        }
    }
}

fn text(error: impl std::error::Error) -> String {
    error.to_string()
}
