//! One execution of a plan: starts the participants, kills, closes, drains, and judges.

use std::fmt::Debug;
use std::time::Duration;

use forkstep::{GetError, Queue};

use super::entry::Entry;
use super::participant::Worker;
use super::plan::Plan;
use super::planted::Planted;
use super::verdict::{End, Tally};
use crate::plans::board::{Board, read};
use crate::plans::execution::{Execution, Parent, Soon, on_a_board};
use crate::plans::item::Item;

/// The parent of the participants.
struct Drain<'a> {
    plan: &'a Plan,
    queue: &'a Queue<Item>,
    /// What the parent got.
    drained: Vec<Entry>,
}

/// Runs the plan once, for at most `limit`.
///
/// # Errors
///
/// What was wrong, in words.
pub(super) fn execute(plan: &Plan, planted: Planted, limit: Duration) -> Result<Tally, String> {
    on_a_board(|board| run(plan, board, planted, limit))
}

/// Nobody is left when this returns.
fn run(plan: &Plan, board: &Board, planted: Planted, limit: Duration) -> Result<Tally, String> {
    let queue = &Queue::with_capacity(plan.items, plan.bytes).map_err(|e| e.to_string())?;
    let mut execution = Execution::new(board)?;
    for program in plan.participants() {
        execution
            .start(program, |at_work| Worker { plan, queue, at_work, planted }.live(program))?;
    }
    let mut drain = Drain { plan, queue, drained: Vec::new() };
    execution.watch(&mut drain, limit)?;
    drain.rest(board)?;
    End { plan, board, killed: execution.killed(), drained: drain.drained }.judge()
}

impl Parent for Drain<'_> {
    fn act(&mut self, execution: &mut Execution<'_>) -> Result<Soon, String> {
        let producers = self.plan.producers.len();
        let all = producers + self.plan.consumers.len();
        let early = self.plan.close.map(|part| self.plan.all_puts() * u64::from(part) / 1000);
        let soon = execution.close_if_due(producers, early, || self.queue.close())?;
        if !execution.none_of(producers..all) {
            return Ok(soon);
        }
        // Else the producers would wait for room for ever.
        self.get(execution.board, Duration::from_millis(1))?;
        Ok(Soon::AtOnce)
    }

    fn object(&self) -> &dyn Debug {
        self.queue
    }
}

impl Drain<'_> {
    /// Gets one item itself; says whether there was one.
    fn get(&mut self, board: &Board, timeout: Duration) -> Result<bool, String> {
        let item = match self.queue.get_timeout(timeout) {
            Ok(item) => item,
            Err(GetError::Empty | GetError::Closed) => return Ok(false),
            Err(error) => return Err(format!("the parent's get: {error}")),
        };
        let name = item.verify(|name| self.plan.length(name))?;
        if read(&board.drained) != 0 {
            return Err(format!("{name:?} after closed and empty"));
        }
        self.drained.push(name.map_or(Entry::GotEmpty, Entry::Got));
        Ok(true)
    }

    /// Gets what is left; the length says how much.
    fn rest(&mut self, board: &Board) -> Result<(), String> {
        let (len, before) = (self.queue.len(), self.drained.len());
        while self.get(board, Duration::from_millis(100))? {}
        let left = self.drained.len() - before;
        if (left, self.queue.len()) != (len, 0) {
            let after = self.queue.len();
            return Err(format!("len was {len}; {left} items later it is {after}"));
        }
        let closed = read(&board.closed) != 0;
        match self.queue.try_get() {
            Err(GetError::Closed) if closed => Ok(()),
            Err(GetError::Empty) if !closed => Ok(()),
            other => Err(format!("the last get: {other:?}; closed is {closed}")),
        }
    }
}
