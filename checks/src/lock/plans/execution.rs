//! One execution of a plan: starts the participants, kills, waits, and judges.

use std::thread;
use std::time::{Duration, Instant};

use forkstep::atomic::Ordering;
use forkstep::{AcquireError, AcquireTimeoutError, Lock, Region};

use super::board::{Board, Seat, Stage, read};
use super::participant::AtWork;
use super::plan::{Death, Plan, When};
use super::planted::Planted;
use super::verdict::{self, Death as Known, Tally};
use crate::backend::crew::{Crew, Trouble};
use crate::backend::processes;
use crate::plans::pause::{nanoseconds, share, spin};

/// The participants at work, as their parent sees them.
struct Execution<'a> {
    plan: &'a Plan,
    lock: &'a Lock,
    board: &'a Board,
    start: Instant,
    crew: Crew,
    /// What each that was killed is known to have held, where that is known already.
    known: Vec<Option<Known>>,
}

/// Runs the plan once, for at most `limit`.
///
/// # Errors
///
/// What was wrong, in words.
pub(super) fn execute(plan: &Plan, planted: Planted, limit: Duration) -> Result<Tally, String> {
    let region = Region::anonymous(size_of::<Board>() + 1024).map_err(|e| e.to_string())?;
    let lock = Lock::new_in(&region).map_err(|e| e.to_string())?;
    let board = region.place(Board::default()).map_err(|e| e.to_string())?;
    let board = region.get(board).map_err(|e| e.to_string())?;
    let before = processes::children();
    let outcome = run(plan, &lock, board, planted, limit);
    let tally = outcome?;
    match processes::children() {
        after if after == before => Ok(tally),
        after => Err(format!("processes are left: {after:?}, and {before:?} were there before")),
    }
}

/// Nobody is left when this returns.
fn run(
    plan: &Plan,
    lock: &Lock,
    board: &Board,
    planted: Planted,
    limit: Duration,
) -> Result<Tally, String> {
    let start = Instant::now();
    let participants = plan.participants.len();
    let crew = Crew::start(participants, |index| {
        AtWork { lock, board, index, start, planted }.live(&plan.participants[index])
    })?;
    for (seat, process) in board.seats.iter().zip(crew.processes()) {
        seat.pid.store(u64::from(process.pid().cast_unsigned()), Ordering::Relaxed);
    }
    board.go.store(1, Ordering::Relaxed);
    let mut execution =
        Execution { plan, lock, board, start, crew, known: vec![None; participants] };
    let watched = execution.watch(limit);
    execution.crew.end_all();
    match watched {
        // Whoever was killed just now may have caused complaints too, so they do not count.
        Err(Trouble::Other(what)) => return Err(what),
        Err(Trouble::Complained) | Ok(()) => execution.crew.no_complaints()?,
    }
    execution.collect_last_report(limit)?;
    verdict::judge(board, &execution.deaths())
}

impl Execution<'_> {
    /// Kills as planned until all have ended.
    fn watch(&mut self, limit: Duration) -> Result<(), Trouble> {
        let deadline = Instant::now() + limit;
        let doomed = |index: usize| read(&self.board.seats[index].doomed) != 0;
        while self.crew.look_for_ends(doomed)? {
            if Instant::now() >= deadline {
                let text = format!("hung for {limit:?}: {}", self.picture());
                return Err(Trouble::Other(text));
            }
            let deaths: Vec<usize> = self
                .crew
                .running()
                .filter(|index| self.plan.participants[*index].death.is_some())
                .filter(|index| !doomed(*index))
                .collect();
            if deaths.is_empty() {
                self.crew.wait_for_an_end(deadline - Instant::now());
                continue;
            }
            for index in deaths {
                self.kill_if_due(index).map_err(Trouble::Other)?;
            }
            thread::yield_now();
        }
        Ok(())
    }

    fn kill_if_due(&mut self, index: usize) -> Result<(), String> {
        let program = &self.plan.participants[index];
        let seat = &self.board.seats[index];
        let Some(death) = program.death.as_ref().filter(|death| {
            match death.when {
                // Four changes of stage are an attempt that is not refused.
                When::Thousandths(part) => {
                    read(&seat.progress) >= u64::from(share(4 * program.attempts, part))
                }
                When::Inside(_) => seat.stage() == Stage::Awaiting,
            }
        }) else {
            return Ok(());
        };
        spin(death.delay);
        self.kill(index, death)
    }

    fn kill(&mut self, index: usize, death: &Death) -> Result<(), String> {
        let process = self.crew.process(index);
        if death.stopped_first {
            processes::stop(process);
            let stage = self.board.seats[index].stage();
            self.known[index] = Some(known(holds(self.lock, process.pid()), stage));
        }
        self.board.seats[index].doomed.store(1, Ordering::Relaxed);
        let now = nanoseconds(self.start.elapsed());
        self.board.killed_at.store(now, Ordering::Relaxed);
        process.kill().map_err(|e| e.to_string())
    }

    /// What each participant held when it was killed; `None` for those that were not.
    fn deaths(&self) -> Vec<Option<Known>> {
        let by_stage = |seat: &Seat| match seat.stage() {
            Stage::Outside => Known::NotHolding,
            Stage::Holding | Stage::Awaiting => Known::Holding,
            Stage::Taking | Stage::Releasing => Known::Either,
        };
        let known = |i: usize| self.known[i].unwrap_or_else(|| by_stage(&self.board.seats[i]));
        (0..self.known.len()).map(|i| self.crew.was_killed(i).then(|| known(i))).collect()
    }

    /// Takes the lock once more, so that no death stays without a report.
    fn collect_last_report(&self, limit: Duration) -> Result<(), String> {
        match self.lock.acquire_timeout(limit) {
            Ok(_guard) => Ok(()),
            Err(AcquireTimeoutError::Acquire(AcquireError::OwnerDied(guard))) => {
                self.board.report(guard.dead_owner())?;
                self.board.repair()?;
                drop(guard.mark_consistent());
                Ok(())
            }
            Err(error) => Err(format!("the last acquisition: {error}; {}", self.picture())),
        }
    }

    /// Everything that may explain why nobody goes on.
    fn picture(&self) -> String {
        let data = &self.board.data;
        let mut text = format!(
            "waited for {}; {:?}, first {}, second {}, inside {}",
            self.crew.names_of_running(),
            self.lock,
            read(&data.first),
            read(&data.second),
            read(&data.inside),
        );
        for index in 0..self.known.len() {
            text += &format!("\n  {}; {}", self.crew.state(index), self.board.seats[index]);
        }
        text
    }
}

/// What is known of a participant that was stopped at `stage` before it was killed.
fn known(holds: bool, stage: Stage) -> Known {
    match (holds, stage) {
        (false, _) => Known::NotHolding,
        // It may have the lock of one that died before it, and takes that report with it.
        (true, Stage::Taking) => Known::Either,
        (true, _) => Known::Holding,
    }
}

/// Says whether the lock's word names the process, which must be stopped or dead.
///
/// `Lock::owner` says nobody until the owner has left its name, so the word itself is read, as
/// `Debug` shows it.
fn holds(lock: &Lock, pid: i32) -> bool {
    let text = format!("{lock:?}");
    let Some((_, behind)) = text.split_once("held by ") else { return false };
    behind.split(|c: char| !c.is_ascii_digit()).next() == Some(pid.to_string().as_str())
}
