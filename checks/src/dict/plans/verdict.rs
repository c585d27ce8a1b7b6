//! Judges the journal that an execution has left.

use std::time::Duration;

use super::entry::Entry;
use super::journal::Journal;
use super::plan::{PARTICIPANTS, Plan};
use super::record::State;
use crate::linearizability::linearize;
use crate::plans::board::{Board, Stage};
use crate::plans::execution::judge_times;

/// How an execution ended, besides what is on the board.
pub(super) struct End<'a> {
    pub(super) plan: &'a Plan,
    pub(super) board: &'a Board,
    pub(super) journal: &'a Journal,
    /// When each participant was dead; `None` for those that were not killed.
    pub(super) deaths: Vec<Option<u64>>,
}

/// What an execution adds to the figures.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) kills: usize,
    pub(super) kills_inside: usize,
    pub(super) operations: usize,
    pub(super) in_doubt: usize,
    pub(super) refused: usize,
    pub(super) looks_refused: usize,
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
        (0..self.plan.keys).try_for_each(|key| self.judge_key(key))?;
        judge_times(self.board)?;
        let seats = &self.board.seats[..self.deaths.len()];
        let entries = || seats.iter().flat_map(|seat| seat.entries::<Entry>());
        let count = |kind| entries().filter(|entry| *entry == kind).count();
        let killed = seats.iter().zip(&self.deaths).filter(|(_, death)| death.is_some());
        Ok(Tally {
            kills: self.deaths.iter().flatten().count(),
            kills_inside: killed.filter(|(seat, _)| seat.stage() == Stage::Holding).count(),
            operations: entries().filter(|entry| *entry != Entry::Nothing).count(),
            in_doubt: self.journal.lanes.iter().map(|lane| lane.in_doubt()).sum(),
            refused: count(Entry::Refused),
            looks_refused: count(Entry::RefusedLook),
            longest_recovery: self.board.longest_recovery(),
            longest_overrun: self.board.longest_overrun(),
        })
    }

    /// What was done to a key has an order that explains what each saw.
    fn judge_key(&self, key: u8) -> Result<(), String> {
        let mut deaths = [u64::MAX; PARTICIPANTS + 1];
        for (at, death) in self.deaths.iter().enumerate() {
            deaths[at] = death.unwrap_or(u64::MAX);
        }
        let lanes = self.journal.lanes.iter().zip(deaths);
        let lanes: Vec<_> = lanes.map(|(lane, death)| lane.on(key, death)).collect();
        linearize(State::Absent, &lanes).map_err(|stuck| {
            format!("the history of key {key} is not linearizable: {stuck:?}; deaths {deaths:?}")
        })
    }
}
