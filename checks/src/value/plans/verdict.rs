//! Judges what an execution has left.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::entry::Entry;
use super::objects::{Mark, Objects};
use super::plan::{Operation, Plan};
use crate::plans::board::{Board, Stage};
use crate::plans::execution::judge_times;

/// How an execution ended.
pub(super) struct End<'a> {
    pub(super) plan: &'a Plan,
    pub(super) board: &'a Board,
    pub(super) objects: &'a Objects,
    /// Who was killed.
    pub(super) killed: Vec<bool>,
}

/// What an execution adds to the figures.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) kills: usize,
    pub(super) kills_inside: usize,
    pub(super) added: u64,
    pub(super) longest_recovery: Duration,
    pub(super) longest_overrun: Duration,
}

impl End<'_> {
    /// Judges the end of an execution.
    ///
    /// # Errors
    ///
    /// What is wrong.
    pub(super) fn judge(&self) -> Result<Tally, String> {
        let added = self.number()?;
        let filled = self.array()?;
        self.long()?;
        self.locks_are_free()?;
        judge_times(self.board)?;
        let inside = |index: &usize| {
            let stage = self.board.seats[*index].stage();
            self.killed[*index] && matches!(stage, Stage::Inside | Stage::Holding)
        };
        Ok(Tally {
            kills: self.killed.iter().filter(|killed| **killed).count(),
            kills_inside: (0..self.killed.len()).filter(inside).count(),
            added: added + filled,
            longest_recovery: self.board.longest_recovery(),
            longest_overrun: self.board.longest_overrun(),
        })
    }

    /// What became of each attempt that was begun: who, which, and what it was.
    fn attempts(&self) -> impl Iterator<Item = (usize, u16, Operation, Entry)> {
        let programs = self.plan.participants.iter().enumerate();
        programs.flat_map(|(index, program)| {
            let entries = self.board.seats[index].entries().zip(0..);
            entries
                .map(move |(entry, n): (Entry, u16)| (index, n, program.step(n).operation, entry))
        })
    }

    /// How many of such operations were done for certain, and how many perhaps, by one that died.
    fn done(&self, which: impl Fn(Operation) -> bool) -> RangeInclusive<u64> {
        let count = |wanted: Entry| {
            let of_kind =
                |attempt: &(usize, u16, Operation, Entry)| which(attempt.2) && attempt.3 == wanted;
            self.attempts().filter(of_kind).count() as u64
        };
        let done = count(Entry::Done);
        done..=done + count(Entry::Nothing)
    }

    /// No addition is lost, made up or made twice.
    fn number(&self) -> Result<u64, String> {
        let (number, done) = (self.objects.number.get(), self.done(Operation::adds_to_number));
        if !done.contains(&number) {
            return Err(format!("lost or made-up additions: {number} of {done:?}"));
        }
        Ok(*done.start())
    }

    /// Each element is whole and has all additions, but for those of the dead.
    fn array(&self) -> Result<u64, String> {
        let done = self.done(|operation| operation == Operation::Fill);
        for [left, right] in &self.objects.array {
            if left != right {
                return Err(format!("torn at the end: {left}, {right}"));
            }
            if !done.contains(&left) {
                return Err(format!("lost or made-up additions to an element: {left} of {done:?}"));
            }
        }
        Ok(*done.start())
    }

    /// The long value is one that nobody has replaced as far as is known: the last of somebody.
    fn long(&self) -> Result<(), String> {
        let sets = || self.attempts().filter(|attempt| attempt.2.sets());
        let Some(mark) = Mark::of(self.objects.long.get())? else {
            return match sets().find(|attempt| attempt.3 == Entry::Done) {
                Some((index, n, ..)) => Err(format!("P{index} has set it in attempt {n}: lost")),
                None => Ok(()),
            };
        };
        let Mark { participant, attempt, burst } = mark;
        let of_same = || sets().filter(|(index, ..)| *index == participant);
        let Some((.., entry)) = of_same().find(|(_, n, ..)| *n == attempt) else {
            return Err(format!("{mark:?} is left, and nobody set that"));
        };
        if entry == Entry::Refused {
            return Err(format!("{mark:?} is left, and was refused"));
        }
        let last = self.plan.participants[participant].step(attempt).burst - 1;
        if entry == Entry::Done && burst != last {
            return Err(format!("{mark:?} is left, and {last} was set after that"));
        }
        match of_same().find(|(_, n, _, entry)| *n > attempt && *entry == Entry::Done) {
            Some((_, n, ..)) => Err(format!("{mark:?} is left, and attempt {n} was done: old")),
            None => Ok(()),
        }
    }

    /// Whoever died, nobody keeps a lock.
    fn locks_are_free(&self) -> Result<(), String> {
        let Objects { long, number, array } = self.objects;
        let held = |what: &str, error: String| format!("the {what} at the end: {error}");
        long.try_lock().map(drop).map_err(|e| held("long value", e.to_string()))?;
        number.try_lock().map(drop).map_err(|e| held("number", e.to_string()))?;
        array.try_lock().map(drop).map_err(|e| held("array", e.to_string()))
    }
}
