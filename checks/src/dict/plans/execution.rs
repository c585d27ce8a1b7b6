//! One execution of a plan: starts the participants, kills, looks at what is left, and judges.

use std::cell::Cell;
use std::fmt::Debug;
use std::thread;
use std::time::Duration;

use forkstep::{Dict, Region};

use super::journal::{Clock, Journal};
use super::participant::{Shop, Worker};
use super::plan::{PARTICIPANTS, Plan, Stop};
use super::planted::Planted;
use super::record::{Record, State};
use super::verdict::{End, Tally};
use crate::backend::processes;
use crate::linearizability::Sees;
use crate::plans::board::{Board, read};
use crate::plans::execution::{Execution, Parent, Soon, on_a_board};
use crate::plans::item::Item;

/// The parent of the participants.
struct Coroner<'a> {
    shop: Shop<'a>,
    clock: Clock,
    /// When each participant was dead.
    deaths: Vec<Option<u64>>,
    /// Who is to be stopped yet.
    stops: Vec<Stop>,
}

/// Runs the plan once, for at most `limit`.
///
/// # Errors
///
/// What was wrong, in words.
pub(super) fn execute(plan: &Plan, planted: Planted, limit: Duration) -> Result<Tally, String> {
    let region = Region::anonymous(size_of::<Journal>() + 256).map_err(|e| e.to_string())?;
    let journal = region.place_ref(Journal::default()).map_err(|e| e.to_string())?;
    let builder = Dict::builder(plan.bytes).shards(plan.shards).seed(plan.seed);
    let dict = builder.build().map_err(|e| e.to_string())?;
    let shop = Shop { plan, dict: &dict, journal, planted };
    on_a_board(|board| run(shop, board, limit))
}

/// Nobody is left when this returns.
fn run(shop: Shop<'_>, board: &Board, limit: Duration) -> Result<Tally, String> {
    let mut execution = Execution::new(board)?;
    for program in &shop.plan.participants {
        execution.start(program, |at_work| {
            let last = [const { Cell::new(State::Absent) }; _];
            Worker { shop, at_work, last }.live(program)
        })?;
    }
    let clock = Clock(execution.start);
    let deaths = vec![None; shop.plan.participants.len()];
    let mut coroner = Coroner { shop, clock, deaths, stops: shop.plan.stops.clone() };
    execution.watch(&mut coroner, limit)?;
    coroner.note_deaths(&execution);
    coroner.look_at_the_rest(limit)?;
    End { plan: shop.plan, board, journal: shop.journal, deaths: coroner.deaths }.judge()
}

impl Parent for Coroner<'_> {
    fn act(&mut self, execution: &mut Execution<'_>) -> Result<Soon, String> {
        self.note_deaths(execution);
        self.stop_those_due(execution);
        Ok(if self.stops.is_empty() { Soon::AfterAnEnd } else { Soon::AtOnce })
    }

    fn object(&self) -> &dyn Debug {
        self.shop.dict
    }
}

impl Coroner<'_> {
    /// Notes since when those are dead that were killed: it may be earlier, but not later.
    fn note_deaths(&mut self, execution: &Execution<'_>) {
        let killed = execution.killed();
        for (index, death) in self.deaths.iter_mut().enumerate() {
            if killed[index] && death.is_none() {
                let stopped = read(&execution.board.seats[index].stopped_at);
                *death = Some(if stopped == 0 { self.clock.response() } else { stopped });
            }
        }
    }

    fn stop_those_due(&mut self, execution: &Execution<'_>) {
        let plan = self.shop.plan;
        let seats = &execution.board.seats;
        self.stops.retain(|stop| {
            let at = plan.stopped(*stop);
            if !execution.crew.is_running(at) || seats[at].is_doomed() {
                return false;
            }
            let is_due = execution.has_done(at, plan.participants[at].attempts, stop.part);
            if is_due {
                processes::stop(execution.crew.process(at));
                // Not busily: the others are to go on meanwhile.
                thread::sleep(stop.length);
                processes::go_on(execution.crew.process(at));
            }
            !is_due
        });
    }

    /// Gets all that is left, in each way that there is, and repairs the counts by writing.
    fn look_at_the_rest(&self, limit: Duration) -> Result<(), String> {
        let dict = &self.shop.dict.with_timeout(limit);
        let keys = 0..self.shop.plan.keys;
        let left: Vec<Option<Item>> =
            keys.clone().map(|key| self.last_get(dict, key)).collect::<Result<_, _>>()?;
        let expected: Vec<(u8, Item)> = keys
            .clone()
            .zip(&left)
            .filter_map(|(key, value)| Some((key, value.clone()?)))
            .collect();
        let mut found = dict
            .iter()
            .collect::<Result<Vec<(u8, Item)>, _>>()
            .map_err(|error| format!("the last iteration: {error}"))?;
        found.sort_by_key(|(key, _)| *key);
        if found != expected {
            return Err(format!("gets find {expected:?}, an iteration {found:?}"));
        }
        keys.zip(&left).try_for_each(|(key, value)| write_again(dict, key, value.as_ref()))?;
        if dict.len() != expected.len() {
            return Err(format!("len is {}, with {} keys", dict.len(), expected.len()));
        }
        dict.clear().map_err(|error| format!("the last clear: {error}"))?;
        match (dict.len(), dict.iter().next()) {
            (0, None) => Ok(()),
            (len, first) => Err(format!("{len} keys and {first:?} are left of a dict cleared")),
        }
    }

    fn last_get(&self, dict: &Dict<u8, Item>, key: u8) -> Result<Option<Item>, String> {
        let lane = &self.shop.journal.lanes[PARTICIPANTS];
        lane.invoke(Record::nothing(key), self.clock);
        let value = dict.get(&key).map_err(|error| format!("the last get of {key}: {error}"))?;
        let response = self.clock.response();
        let sees = Sees::Just(self.shop.state(value.as_ref())?);
        lane.respond(Record::sees(key, sees), response);
        Ok(value)
    }
}

/// Writes what is there, so that the shard's counts are made anew if they have to be.
fn write_again(dict: &Dict<u8, Item>, key: u8, value: Option<&Item>) -> Result<(), String> {
    let error = |error| format!("the last write of {key}: {error}");
    match value {
        Some(value) if dict.insert(&key, value).map_err(error)? => {
            Err(format!("key {key} was there, and an insert says that it is new"))
        }
        None if dict.remove(&key).map_err(error)? => {
            Err(format!("key {key} was not there, and a remove says that it was"))
        }
        _ => Ok(()),
    }
}
