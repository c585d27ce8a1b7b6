//! One execution of a plan: starts the participants, kills, closes, drains, and judges.

use std::thread;
use std::time::{Duration, Instant};

use forkstep::atomic::Ordering;
use forkstep::{GetError, Queue, Region};

use super::board::{Board, Entry, Stage, read, write};
use super::item::Item;
use super::participant::{AtWork, check};
use super::plan::{Death, Participant, Plan, When};
use super::planted::Planted;
use super::verdict::{End, Tally};
use crate::backend::crew::{Crew, Trouble};
use crate::backend::processes::{self, Sight};
use crate::plans::pause::{nanoseconds, share, spin};

/// The participants at work, as their parent sees them.
struct Execution<'a> {
    plan: &'a Plan,
    queue: &'a Queue<Item>,
    board: &'a Board,
    start: Instant,
    crew: Crew,
    /// What the parent got.
    drained: Vec<Entry>,
}

/// Runs the plan once, for at most `limit`.
///
/// # Errors
///
/// What was wrong, in words.
pub(super) fn execute(plan: &Plan, planted: Planted, limit: Duration) -> Result<Tally, String> {
    let region = Region::anonymous(size_of::<Board>() + 1024).map_err(|e| e.to_string())?;
    let board = region.place_ref(Board::default()).map_err(|e| e.to_string())?;
    let queue = Queue::with_capacity(plan.items, plan.bytes).map_err(|e| e.to_string())?;
    let before = processes::children();
    let tally = run(plan, &queue, board, planted, limit)?;
    match processes::children() {
        after if after == before => Ok(tally),
        after => Err(format!("processes are left: {after:?}, and {before:?} were there before")),
    }
}

/// Nobody is left when this returns.
fn run(
    plan: &Plan,
    queue: &Queue<Item>,
    board: &Board,
    planted: Planted,
    limit: Duration,
) -> Result<Tally, String> {
    let start = Instant::now();
    let participants = plan.participants().count();
    let crew = Crew::start(participants, |index| {
        AtWork { plan, queue, board, index, start, planted }.live()
    })?;
    write(&board.go, 1);
    let mut execution = Execution { plan, queue, board, start, crew, drained: Vec::new() };
    let watched = execution.watch(limit);
    execution.crew.end_all();
    match watched {
        // Whoever was killed just now may have caused complaints too, so they do not count.
        Err(Trouble::Other(what)) => return Err(what),
        Err(Trouble::Complained) | Ok(()) => execution.crew.no_complaints()?,
    }
    execution.drain_what_is_left()?;
    let killed = (0..participants).map(|index| execution.crew.was_killed(index)).collect();
    End { plan, board, killed, drained: execution.drained }.judge()
}

impl Execution<'_> {
    /// Kills, closes and drains as planned until all have ended.
    fn watch(&mut self, limit: Duration) -> Result<(), Trouble> {
        let deadline = Instant::now() + limit;
        let seats = &self.board.seats;
        while self.crew.look_for_ends(|index| seats[index].is_doomed())? {
            if Instant::now() >= deadline {
                let text = format!("hung for {limit:?}: {}", self.picture());
                return Err(Trouble::Other(text));
            }
            let acted = self.kill_close_and_drain().map_err(Trouble::Other)?;
            if acted {
                thread::yield_now();
            } else {
                self.crew.wait_for_an_end(deadline - Instant::now());
            }
        }
        Ok(())
    }

    /// Does what is due; says whether anything may be due before the next participant ends.
    fn kill_close_and_drain(&mut self) -> Result<bool, String> {
        let deaths: Vec<(usize, &Death)> = (0..)
            .zip(self.plan.participants())
            .filter(|(index, _)| self.crew.is_running(*index))
            .filter(|(index, _)| !self.board.seats[*index].is_doomed())
            .filter_map(|(index, program)| Some((index, program.death.as_ref()?)))
            .collect();
        for (index, death) in &deaths {
            if self.is_due(*index, &death.when) {
                self.kill(*index, death)?;
            }
        }
        let producers = self.plan.producers.len();
        let nobody_puts = self.crew.running().all(|index| index >= producers);
        let nobody_gets = self.crew.running().all(|index| index < producers);
        let closes_early = self.close_if_due(nobody_puts)?;
        if nobody_gets {
            // Else the producers would wait for room for ever.
            self.get(Duration::from_millis(1))?;
        }
        Ok(!deaths.is_empty() || closes_early || nobody_gets)
    }

    fn is_due(&self, index: usize, when: &When) -> bool {
        let seat = &self.board.seats[index];
        match *when {
            When::Thousandths(part) => {
                let done = read(&seat.begun) + read(&seat.returned);
                done >= u64::from(share(2 * self.program(index).attempts, part))
            }
            When::After(_) => seat.stage() == Stage::Awaiting,
            When::Asleep => {
                seat.stage() == Stage::Inside
                    && Sight::of(self.crew.process(index).pid()).is_asleep_in_futex()
            }
        }
    }

    fn program(&self, index: usize) -> &Participant {
        let producers = self.plan.producers.len();
        index
            .checked_sub(producers)
            .map_or_else(|| &self.plan.producers[index], |at| &self.plan.consumers[at])
    }

    fn kill(&self, index: usize, death: &Death) -> Result<(), String> {
        let process = self.crew.process(index);
        if death.stopped_first {
            processes::stop(process);
        }
        spin(death.delay);
        write(&self.board.seats[index].doomed, 1);
        self.board.killed_at.store(nanoseconds(self.start.elapsed()), Ordering::Relaxed);
        process.kill().map_err(|e| e.to_string())
    }

    /// Closes the queue when that is due; says whether it may be due soon.
    fn close_if_due(&self, nobody_puts: bool) -> Result<bool, String> {
        if read(&self.board.closed) != 0 {
            return Ok(false);
        }
        let begun = self.board.seats[..self.plan.producers.len()].iter().map(|s| read(&s.begun));
        let early = self.plan.close.map(|part| self.plan.all_puts() * u64::from(part) / 1000);
        if nobody_puts || early.is_some_and(|early| begun.sum::<u64>() >= early) {
            write(&self.board.closing, 1);
            self.queue.close().map_err(|error| format!("close: {error}"))?;
            write(&self.board.closed, 1);
        }
        Ok(early.is_some())
    }

    /// Gets one item itself; says whether there was one.
    fn get(&mut self, timeout: Duration) -> Result<bool, String> {
        let item = match self.queue.get_timeout(timeout) {
            Ok(item) => item,
            Err(GetError::Empty | GetError::Closed) => return Ok(false),
            Err(error) => return Err(format!("the parent's get: {error}")),
        };
        let name = check(self.plan, &item)?;
        if read(&self.board.drained) != 0 {
            return Err(format!("{name:?} after closed and empty"));
        }
        self.drained.push(name.map_or(Entry::GotEmpty, Entry::Got));
        Ok(true)
    }

    /// Gets what is left; the length says how much.
    fn drain_what_is_left(&mut self) -> Result<(), String> {
        let (len, before) = (self.queue.len(), self.drained.len());
        while self.get(Duration::from_millis(100))? {}
        let left = self.drained.len() - before;
        if (left, self.queue.len()) != (len, 0) {
            let after = self.queue.len();
            return Err(format!("len was {len}; {left} items later it is {after}"));
        }
        let closed = read(&self.board.closed) != 0;
        match self.queue.try_get() {
            Err(GetError::Closed) if closed => Ok(()),
            Err(GetError::Empty) if !closed => Ok(()),
            other => Err(format!("the last get: {other:?}; closed is {closed}")),
        }
    }

    /// Everything that may explain why nobody goes on.
    fn picture(&self) -> String {
        let mut text = format!(
            "waited for {}; {:?}, closed {}",
            self.crew.names_of_running(),
            self.queue,
            read(&self.board.closed),
        );
        for (index, seat) in self.board.seats[..self.crew.processes().len()].iter().enumerate() {
            text += &format!("\n  {}; {seat}", self.crew.state(index));
        }
        text
    }
}
