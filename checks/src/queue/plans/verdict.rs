//! Judges the ledger that an execution has left.

use std::collections::BTreeSet;
use std::time::Duration;

use super::entry::Entry;
use super::plan::Plan;
use crate::plans::board::{Board, SEATS, Stage};
use crate::plans::execution::judge_times;
use crate::plans::item::Name;

/// How an execution ended, besides what is on the board.
pub(super) struct End<'a> {
    pub(super) plan: &'a Plan,
    pub(super) board: &'a Board,
    /// Who was killed.
    pub(super) killed: Vec<bool>,
    /// What the parent got when nobody else could, in its order.
    pub(super) drained: Vec<Entry>,
}

/// What an execution adds to the figures.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) kills: usize,
    pub(super) put: usize,
    pub(super) received: usize,
    pub(super) lost_with_consumers: usize,
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
        let got = self.got();
        got.iter().try_for_each(|got| in_order(got))?;
        let received = self.received_once(&got)?;
        let (put, lost) = self.lost(&got, &received)?;
        let tally = Tally {
            kills: self.killed.iter().filter(|killed| **killed).count(),
            put,
            received: got.iter().map(Vec::len).sum(),
            lost_with_consumers: lost,
            longest_recovery: self.board.longest_recovery(),
            longest_overrun: self.board.longest_overrun(),
        };
        judge_times(self.board)?;
        Ok(tally)
    }

    fn consumers(&self) -> std::ops::Range<usize> {
        self.plan.producers.len()..self.killed.len()
    }

    /// What each consumer got, and last the parent.
    fn got(&self) -> Vec<Vec<Entry>> {
        let items = |entry: &Entry| matches!(entry, Entry::Got(_) | Entry::GotEmpty);
        let of = |index: usize| self.board.seats[index].entries().filter(items).collect();
        self.consumers().map(of).chain([self.drained.clone()]).collect()
    }

    /// What became of the put of each item of this length or name; producers that died in a put
    /// leave it open.
    fn puts(&self) -> impl Iterator<Item = (Name, Entry)> {
        (0..self.plan.producers.len()).flat_map(|producer| {
            let entries = self.board.seats[producer].entries().zip(0..);
            entries.map(move |(entry, number)| (Name { producer: producer as u8, number }, entry))
        })
    }

    fn is_empty(&self, name: Name) -> bool {
        self.plan.length(name) == Some(0)
    }

    /// Each item that has a name is received once at most, and was put by somebody.
    fn received_once(&self, got: &[Vec<Entry>]) -> Result<BTreeSet<Name>, String> {
        let possible = |(_, entry): &(Name, Entry)| *entry != Entry::Refused;
        let possible: BTreeSet<Name> = self.puts().filter(possible).map(|put| put.0).collect();
        let mut received = BTreeSet::new();
        for entry in got.iter().flatten() {
            let Entry::Got(name) = *entry else { continue };
            if !possible.contains(&name) {
                return Err(format!("{name} was received, but not put"));
            }
            if !received.insert(name) {
                return Err(format!("{name} was received twice"));
            }
        }
        Ok(received)
    }

    /// Counts what was put, and what of it nobody received: a consumer that died in a get may have
    /// taken one item.
    fn lost(
        &self,
        got: &[Vec<Entry>],
        received: &BTreeSet<Name>,
    ) -> Result<(usize, usize), String> {
        let (empty, named): (Vec<_>, Vec<_>) = self.puts().partition(|put| self.is_empty(put.0));
        let is_put = |put: &&(Name, Entry)| put.1 == Entry::Put;
        let missing: Vec<String> = named
            .iter()
            .filter(is_put)
            .filter(|put| !received.contains(&put.0))
            .map(|put| put.0.to_string())
            .collect();
        let empty_put = empty.iter().filter(is_put).count();
        let empty_begun = empty.iter().filter(|put| put.1 != Entry::Refused).count();
        let empty_got = got.iter().flatten().filter(|entry| **entry == Entry::GotEmpty).count();
        if empty_got > empty_begun {
            return Err(format!("{empty_got} empty items were received, {empty_begun} put"));
        }
        let lost = missing.len() + empty_put.saturating_sub(empty_got);
        let died_in_a_get = |index: &usize| {
            self.killed[*index] && self.board.seats[*index].stage() == Stage::Inside
        };
        let taken = self.consumers().filter(died_in_a_get).count();
        if lost > taken {
            return Err(format!(
                "{lost} items are lost, and {taken} consumers died in a get: {}; {empty_put} \
                 empty items were put, {empty_got} received",
                missing.join(", "),
            ));
        }
        Ok((named.iter().filter(is_put).count() + empty_put, lost))
    }
}

/// A consumer sees the items of each producer in the order in which they were put.
fn in_order(got: &[Entry]) -> Result<(), String> {
    let mut last: [Option<u16>; SEATS] = [None; SEATS];
    for entry in got {
        let Entry::Got(name) = entry else { continue };
        let last = &mut last[usize::from(name.producer)];
        if last.is_some_and(|last| last > name.number) {
            return Err(format!("out of order: {name} came late"));
        }
        *last = Some(name.number);
    }
    Ok(())
}
