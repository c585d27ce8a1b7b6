//! One execution of a plan: starts the participants, kills, replaces, closes, drains, and judges.

use std::fmt::Debug;
use std::time::Duration;

use forkstep::{GetError, JoinableQueue, Region, Unfinished};

use super::entry::{Delivery, Fate};
use super::marks::MarkedTasks;
use super::participant::{Worker, Workshop};
use super::plan::{Plan, Size};
use super::planted::Planted;
use super::verdict::{Buried, End, Tally};
use crate::plans::board::{Board, read};
use crate::plans::execution::{Execution, Parent, Soon, on_a_board};
use crate::plans::item::Item;

/// Far longer than anything here takes: running out means that it never comes.
const LONG: Duration = Duration::from_secs(20);

/// The parent of the participants.
struct Foreman<'a> {
    shop: Workshop<'a>,
    /// How many of those that consume were killed and replaced.
    replaced: usize,
    /// What the parent got and finished, in its order.
    drained: Vec<Delivery>,
    buried: Vec<Buried>,
}

/// Runs the plan once, for at most `limit`.
///
/// # Errors
///
/// What was wrong, in words.
pub(super) fn execute(plan: &Plan, planted: Planted, limit: Duration) -> Result<Tally, String> {
    let region = Region::anonymous(size_of::<MarkedTasks>() + 256).map_err(|e| e.to_string())?;
    let marked = region.place_ref(MarkedTasks::default()).map_err(|e| e.to_string())?;
    let Size { items, leases, task_bytes, max_deliveries } = plan.size;
    let builder = JoinableQueue::builder(items).leases(leases).task_bytes(task_bytes);
    let queue = builder.max_deliveries(max_deliveries).build().map_err(|e| e.to_string())?;
    let shop = Workshop { plan, queue: &queue, marked, planted };
    on_a_board(|board| run(shop, board, limit))
}

/// Nobody is left when this returns.
fn run(shop: Workshop<'_>, board: &Board, limit: Duration) -> Result<Tally, String> {
    let mut execution = Execution::new(board)?;
    for program in shop.plan.at_first() {
        execution.start(program, |at_work| Worker { shop, at_work }.live(program))?;
    }
    let mut foreman = Foreman { shop, replaced: 0, drained: Vec::new(), buried: Vec::new() };
    execution.watch(&mut foreman, limit)?;
    let killed = execution.killed();
    let tasks = foreman.rest(board)?;
    let Foreman { drained, buried, .. } = foreman;
    End { plan: shop.plan, board, marked: shop.marked, killed, drained, buried, tasks }.judge()
}

impl Parent for Foreman<'_> {
    fn act(&mut self, execution: &mut Execution<'_>) -> Result<Soon, String> {
        let plan = self.shop.plan;
        self.replace(execution)?;
        let early = plan.close.map(|part| plan.all_puts() * u64::from(part) / 1000);
        let close = || self.shop.queue.close();
        let soon = execution.close_if_due(plan.producers.len(), early, close)?;
        // Else they would fill the queue, and the producers would wait for ever.
        self.bury()?;
        if execution.crew.running().any(|index| plan.consumes(index)) {
            return Ok(soon.min(Soon::InAMoment));
        }
        // Else the producers would wait for room for ever, and who joins, for the end.
        self.get(execution.board, Duration::from_millis(1))?;
        Ok(Soon::AtOnce)
    }

    fn object(&self) -> &dyn Debug {
        self.shop.queue
    }
}

impl Foreman<'_> {
    /// Starts another consumer for each that was killed, as long as there are any.
    fn replace(&mut self, execution: &mut Execution<'_>) -> Result<(), String> {
        let (plan, shop) = (self.shop.plan, self.shop);
        let killed = execution.killed();
        let dead = (0..killed.len()).filter(|at| killed[*at] && plan.consumes(*at)).count();
        while self.replaced < dead {
            let Some(program) = plan.replacements.get(self.replaced) else { break };
            self.replaced += 1;
            execution.start(program, |at_work| Worker { shop, at_work }.live(program))?;
        }
        Ok(())
    }

    /// Takes one dead letter; says whether there was one.
    fn bury(&mut self) -> Result<bool, String> {
        let taken = self.shop.queue.take_dead_letter();
        let Some(dead) = taken.map_err(|error| format!("take_dead_letter: {error}"))? else {
            return Ok(false);
        };
        let item = dead.decode::<Item>().map_err(|error| format!("a dead letter: {error}"))?;
        let name = self.shop.verify(&item)?;
        self.buried.push(Buried { name, position: dead.task, deliveries: dead.deliveries });
        Ok(true)
    }

    /// Does one task itself; says whether there was one.
    fn get(&mut self, board: &Board, timeout: Duration) -> Result<bool, String> {
        let drained = read(&board.drained) != 0;
        let lease = match self.shop.queue.get_timeout(timeout) {
            Ok(lease) => lease,
            Err(GetError::Empty | GetError::Closed) => return Ok(false),
            Err(error) => return Err(format!("the parent's get: {error}")),
        };
        let delivery = self.shop.delivery(&lease, drained)?;
        self.shop.marked.finishing.set(delivery.name);
        lease.task_done().map_err(|error| format!("the parent's {}: {error}", delivery.name))?;
        self.drained.push(Delivery { fate: Fate::Done, ..delivery });
        Ok(true)
    }

    /// Does what is left, and sees that all agree that it is the end; returns how many tasks were
    /// put.
    fn rest(&mut self, board: &Board) -> Result<u64, String> {
        let queue = self.shop.queue;
        let before = queue.unfinished();
        if before.holdings.iter().any(|holding| holding.owner.is_some()) {
            return Err(format!("all are dead, and {before}"));
        }
        let drained = self.drained.len();
        while self.get(board, Duration::from_millis(100))? {}
        let after = queue.unfinished();
        let done = self.drained.len() - drained + after.dead_letters - before.dead_letters;
        let nothing = Unfinished { dead_letters: after.dead_letters, ..Unfinished::default() };
        if after != nothing || done != before.queued + before.holdings.len() {
            return Err(format!("it was {before}; {done} tasks later it is {after}"));
        }
        let joined = queue.join_timeout(LONG).map_err(|error| format!("last join: {error}"))?;
        if joined.dead_letters != after.dead_letters {
            return Err(format!("{joined:?}, but {after}"));
        }
        let buried = self.buried.len();
        while self.bury()? {}
        if self.buried.len() - buried != after.dead_letters {
            return Err(format!("{after}; {} could be taken", self.buried.len() - buried));
        }
        let closed = read(&board.closed) != 0;
        match queue.try_get() {
            Err(GetError::Closed) if closed => Ok(joined.tasks),
            Err(GetError::Empty) if !closed => Ok(joined.tasks),
            other => Err(format!("the last get: {other:?}; closed is {closed}")),
        }
    }
}
