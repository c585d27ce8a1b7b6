//! Judges the ledger that an execution has left.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::entry::{Delivery, Entry, Fate};
use super::marks::MarkedTasks;
use super::plan::Plan;
use crate::plans::board::{Board, Stage};
use crate::plans::execution::judge_times;
use crate::plans::item::Name;

/// How an execution ended, besides what is on the board.
pub(super) struct End<'a> {
    pub(super) plan: &'a Plan,
    pub(super) board: &'a Board,
    pub(super) marked: &'a MarkedTasks,
    /// Who was killed.
    pub(super) killed: Vec<bool>,
    /// What the parent got and finished, in its order.
    pub(super) drained: Vec<Delivery>,
    pub(super) buried: Vec<Buried>,
    /// How many tasks were put, as the last join says.
    pub(super) tasks: u64,
}

/// A dead letter that the parent has taken.
#[derive(Clone, Debug)]
pub(super) struct Buried {
    pub(super) name: Name,
    pub(super) position: u64,
    pub(super) deliveries: u32,
}

/// What an execution adds to the figures.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) processes: usize,
    pub(super) kills: usize,
    pub(super) kills_with_a_task: usize,
    pub(super) put: usize,
    pub(super) done: usize,
    pub(super) done_by_the_dead: usize,
    pub(super) redelivered: usize,
    pub(super) unseen: usize,
    pub(super) dead_letters: usize,
    pub(super) joins: usize,
    pub(super) longest_recovery: Duration,
    pub(super) longest_overrun: Duration,
}

/// All that is known of one task.
#[derive(Default)]
struct Life {
    /// Each delivery, and whether its consumer was killed, by count.
    deliveries: BTreeMap<u8, (Delivery, bool)>,
    buried: Option<Buried>,
}

impl End<'_> {
    /// Judges the end of an execution.
    ///
    /// # Errors
    ///
    /// What is wrong.
    pub(super) fn judge(&self) -> Result<Tally, String> {
        let (lives, names) = self.lives()?;
        self.judge_puts(&names)?;
        let mut tally = Tally {
            processes: self.killed.len(),
            kills: self.killed.iter().filter(|killed| **killed).count(),
            put: names.len(),
            dead_letters: self.buried.len(),
            longest_recovery: self.board.longest_recovery(),
            longest_overrun: self.board.longest_overrun(),
            ..Tally::default()
        };
        for life in lives.values() {
            tally.unseen += life.judge(self.plan.size.max_deliveries, &mut tally)?;
        }
        let died_in = |stage| {
            let died = |at: &usize| self.killed[*at] && self.plan.consumes(*at);
            let seats = (0..self.killed.len()).filter(died).map(|at| &self.board.seats[at]);
            seats.filter(|seat| seat.stage() == stage).count()
        };
        if tally.unseen > died_in(Stage::Inside) {
            let died = died_in(Stage::Inside);
            return Err(format!("{} deliveries nobody saw; {died} died in a get", tally.unseen));
        }
        tally.kills_with_a_task = died_in(Stage::Holding) + died_in(Stage::Finishing);
        let entries = |index: usize| self.board.seats[index].entries::<Entry>();
        let joins = self.plan.joiners().flat_map(entries);
        tally.joins = joins.filter(|entry| *entry == Entry::Joined).count();
        judge_times(self.board)?;
        Ok(tally)
    }

    /// What each consumer got, and last the parent.
    fn got(&self) -> impl Iterator<Item = (Vec<Delivery>, bool)> {
        let of = |index: usize| {
            let got = self.board.seats[index].entries().filter_map(|entry| match entry {
                Entry::Got(delivery) => Some(delivery),
                _ => None,
            });
            (got.collect(), self.killed[index])
        };
        let consumers = (0..self.killed.len()).filter(|index| self.plan.consumes(*index));
        consumers.map(of).chain([(self.drained.clone(), false)])
    }

    /// What became of each task, by its position in the order of puts, and what their names are.
    fn lives(&self) -> Result<(BTreeMap<u64, Life>, Vec<Name>), String> {
        let mut lives: BTreeMap<u64, Life> = BTreeMap::new();
        let mut names: BTreeMap<u64, Name> = BTreeMap::new();
        let mut same_name = |position, name| match names.insert(position, name) {
            Some(other) if other != name => {
                Err(format!("{name} stands at {position}, and {other} too"))
            }
            _ => Ok(()),
        };
        for (got, killed) in self.got() {
            let first: Vec<_> = got.iter().filter(|d| d.count == 1).collect();
            if let Some(pair) = first.windows(2).find(|pair| pair[0].position >= pair[1].position) {
                return Err(format!("out of order: {} came after {}", pair[1].name, pair[0].name));
            }
            for delivery in got {
                same_name(delivery.position.into(), delivery.name)?;
                let life = lives.entry(delivery.position.into()).or_default();
                if life.deliveries.insert(delivery.count, (delivery, killed)).is_some() {
                    let Delivery { name, count, .. } = delivery;
                    return Err(format!("{name} was delivered twice for the time {count}"));
                }
            }
        }
        for buried in &self.buried {
            same_name(buried.position, buried.name)?;
            let life = lives.entry(buried.position).or_default();
            if life.buried.replace(buried.clone()).is_some() {
                return Err(format!("{} is a dead letter twice", buried.name));
            }
        }
        Ok((lives, names.into_values().collect()))
    }

    /// What was put came out, in its order, and nothing else; `names` are those that came out, in
    /// the order of puts.
    fn judge_puts(&self, names: &[Name]) -> Result<(), String> {
        if names.len() as u64 != self.tasks {
            return Err(format!("join says {} tasks, and {} came", self.tasks, names.len()));
        }
        let unique: BTreeSet<Name> = names.iter().copied().collect();
        if unique.len() != names.len() {
            return Err("tasks were put once and came from two positions".to_owned());
        }
        let buried: BTreeSet<Name> = self.buried.iter().map(|buried| buried.name).collect();
        for producer in 0..self.plan.producers.len() {
            let of = |name: &&Name| usize::from(name.producer) == producer;
            let numbers: Vec<u16> = names.iter().filter(of).map(|name| name.number).collect();
            if !numbers.is_sorted() {
                return Err(format!("P{producer}'s tasks stand in another order than was put"));
            }
            for (number, entry) in (0..).zip(self.board.seats[producer].entries::<Entry>()) {
                let name = Name { producer: producer as u8, number };
                match (entry, unique.contains(&name)) {
                    (Entry::Put, false) => return Err(format!("{name} is lost")),
                    (Entry::Refused, true) => return Err(format!("{name} came, but was not put")),
                    _ => {}
                }
                if self.marked.passed_over.has(name) && !buried.contains(&name) {
                    return Err(format!("a join, or closed, came before {name} was done"));
                }
            }
            let begun = self.board.seats[producer].entries::<Entry>().count();
            if numbers.iter().any(|number| usize::from(*number) >= begun) {
                return Err(format!("a task of P{producer} came that was never begun"));
            }
        }
        Ok(())
    }
}

impl Life {
    /// Judges one task; returns how many of its deliveries nobody saw, because the consumer died in
    /// the get.
    fn judge(&self, max_deliveries: u32, tally: &mut Tally) -> Result<usize, String> {
        let last_seen = self.deliveries.keys().next_back().copied().unwrap_or(0);
        let last = match &self.buried {
            Some(buried) if buried.deliveries != max_deliveries => {
                return Err(format!("a dead letter too early: {buried:?} of {max_deliveries}"));
            }
            Some(buried) => buried.deliveries,
            None => u32::from(last_seen),
        };
        for (count, (delivery, killed)) in &self.deliveries {
            let is_end = u32::from(*count) == last && self.buried.is_none();
            let Delivery { name, fate, .. } = delivery;
            match (fate, killed, is_end) {
                (Fate::Done, _, true) => tally.done += 1,
                (Fate::Finishing, true, true) => {
                    tally.done += 1;
                    tally.done_by_the_dead += 1;
                }
                (Fate::Held | Fate::Finishing, true, false) | (Fate::Dropped, _, false) => {}
                (Fate::Done, _, false) => return Err(format!("{name} was done, but came back")),
                (_, _, true) => return Err(format!("{name} is {fate:?}, and never came back")),
                (_, false, false) => {
                    return Err(format!("{name} came back, but its consumer lives"));
                }
            }
        }
        tally.redelivered += self.deliveries.keys().filter(|count| **count > 1).count();
        Ok(last as usize - self.deliveries.len())
    }
}
