//! One execution of a plan: starts the participants, kills, waits, and judges.

use std::io::{PipeReader, Read as _, Write as _};
use std::thread;
use std::time::{Duration, Instant};

use forkstep::atomic::Ordering;
use forkstep::process::{ExitStatus, Process};
use forkstep::{AcquireError, AcquireTimeoutError, Lock, Region};

use super::board::{Board, Seat, Stage, read};
use super::participant::{AtWork, nanoseconds, spin};
use super::plan::{Death, Plan, When, share};
use super::planted::Planted;
use super::verdict::{self, Death as Known, Tally};
use crate::backend::processes::{self, Sight};

/// The exit code of a participant that has said what is wrong.
const COMPLAINED: u8 = 1;

/// Why an execution is broken off.
enum Trouble {
    /// A participant has said what is wrong.
    Complained,
    Other(String),
}

/// The participants at work, as their parent sees them.
struct Execution<'a> {
    plan: &'a Plan,
    lock: &'a Lock,
    board: &'a Board,
    start: Instant,
    processes: Vec<Process>,
    /// How each has ended.
    ends: Vec<Option<ExitStatus>>,
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
    let mut execution = Execution {
        plan,
        lock: &lock,
        board,
        start: Instant::now(),
        processes: Vec::new(),
        ends: vec![None; plan.participants.len()],
        known: vec![None; plan.participants.len()],
    };
    let outcome = execution.run(planted, limit);
    execution.end_all();
    let tally = outcome?;
    match processes::children() {
        after if after == before => Ok(tally),
        after => Err(format!("processes are left: {after:?}, and {before:?} were there before")),
    }
}

impl Execution<'_> {
    fn run(&mut self, planted: Planted, limit: Duration) -> Result<Tally, String> {
        let complaints = self.start_all(planted)?;
        self.board.go.store(1, Ordering::Relaxed);
        let watched = self.watch(limit);
        self.end_all();
        match watched {
            // Whoever was killed just now may have caused complaints too, so they do not count.
            Err(Trouble::Other(what)) => return Err(what),
            Err(Trouble::Complained) | Ok(()) => first_line(complaints)?,
        }
        self.collect_last_report(limit)?;
        verdict::judge(self.board, &self.deaths())
    }

    /// Starts all participants; returns where they say what is wrong.
    fn start_all(&mut self, planted: Planted) -> Result<PipeReader, String> {
        let (reader, writer) = std::io::pipe().map_err(|e| e.to_string())?;
        for (index, program) in self.plan.participants.iter().enumerate() {
            let (lock, board, start) = (self.lock, self.board, self.start);
            let work = AtWork { lock, board, index, start, planted };
            // A daemon, so that nobody is left if this process is killed.
            let builder = Process::builder().name(format!("P{index}")).daemon(true);
            let process = builder.start(|| match work.live(program) {
                Ok(()) => 0_u8,
                // A line is shorter than what a pipe takes at once; if it is lost, the exit code
                // still says that something is wrong.
                Err(what) => writeln!(&writer, "{what}").map_or(2, |()| COMPLAINED),
            });
            let process = process.map_err(|e| e.to_string())?;
            let pid = u64::from(process.pid().cast_unsigned());
            board.seats[index].pid.store(pid, Ordering::Relaxed);
            self.processes.push(process);
        }
        Ok(reader)
    }

    /// Kills as planned until all have ended.
    fn watch(&mut self, limit: Duration) -> Result<(), Trouble> {
        let deadline = Instant::now() + limit;
        while self.look_for_ends()? {
            if Instant::now() >= deadline {
                let text = format!("hung for {limit:?}: {}", self.picture());
                return Err(Trouble::Other(text));
            }
            let running = |index: &usize| self.ends[*index].is_none();
            let deaths: Vec<usize> = (0..self.ends.len())
                .filter(running)
                .filter(|index| self.plan.participants[*index].death.is_some())
                .filter(|index| read(&self.board.seats[*index].doomed) == 0)
                .collect();
            if deaths.is_empty() {
                let others = (0..self.ends.len()).filter(running);
                let others = others.map(|index| &self.processes[index]);
                processes::wait_for_an_end(others, deadline - Instant::now());
                continue;
            }
            for index in deaths {
                self.kill_if_due(index).map_err(Trouble::Other)?;
            }
            thread::yield_now();
        }
        Ok(())
    }

    /// Notes who has ended; says whether somebody has not.
    fn look_for_ends(&mut self) -> Result<bool, Trouble> {
        for (index, process) in self.processes.iter().enumerate() {
            if self.ends[index].is_none() && !process.is_alive() {
                let status = process.join().map_err(|e| Trouble::Other(e.to_string()))?;
                self.ends[index] = Some(status);
                let doomed = read(&self.board.seats[index].doomed) != 0;
                match status {
                    ExitStatus::Exited(0) => {}
                    ExitStatus::Killed(9) if doomed => {}
                    ExitStatus::Exited(code) if code == i32::from(COMPLAINED) => {
                        return Err(Trouble::Complained);
                    }
                    _ => return Err(Trouble::Other(format!("P{index} ended with {status}"))),
                }
            }
        }
        Ok(self.ends.contains(&None))
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
        let process = &self.processes[index];
        if death.stopped_first {
            processes::stop(process);
            self.known[index] = Some(if holds(self.lock, process.pid()) {
                Known::Holding
            } else {
                Known::NotHolding
            });
        }
        self.board.seats[index].doomed.store(1, Ordering::Relaxed);
        let now = nanoseconds(self.start.elapsed());
        self.board.killed_at.store(now, Ordering::Relaxed);
        process.kill().map_err(|e| e.to_string())
    }

    /// What each participant held when it was killed; `None` for those that were not.
    fn deaths(&self) -> Vec<Option<Known>> {
        let killed = |index: usize| self.ends[index] == Some(ExitStatus::Killed(9));
        let by_stage = |seat: &Seat| match seat.stage() {
            Stage::Outside => Known::NotHolding,
            Stage::Holding | Stage::Awaiting => Known::Holding,
            Stage::Taking | Stage::Releasing => Known::Either,
        };
        let known = |i: usize| self.known[i].unwrap_or_else(|| by_stage(&self.board.seats[i]));
        (0..self.ends.len()).map(|index| killed(index).then(|| known(index))).collect()
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

    /// Kills whoever still runs and reaps them all.
    fn end_all(&mut self) {
        for (process, end) in self.processes.iter().zip(&mut self.ends) {
            if end.is_none() {
                // Neither fails for a child of one's own; and what they would say is that all is
                // wrong, which the caller is about to say.
                let _ = process.kill();
                *end = process.join().ok();
            }
        }
    }

    /// Everything that may explain why nobody goes on.
    fn picture(&self) -> String {
        let data = &self.board.data;
        let mut text = format!(
            "waited for {}; {:?}, first {}, second {}, inside {}",
            self.names_of_running().join(", "),
            self.lock,
            read(&data.first),
            read(&data.second),
            read(&data.inside),
        );
        for (index, process) in self.processes.iter().enumerate() {
            let (pid, seat) = (process.pid(), &self.board.seats[index]);
            let state = match self.ends[index] {
                Some(status) => status.to_string(),
                None => Sight::of(pid).to_string(),
            };
            text += &format!("\n  P{index} (process {pid}): {state}; {seat}");
        }
        text
    }

    fn names_of_running(&self) -> Vec<String> {
        let running = self.ends.iter().enumerate().filter(|(_, end)| end.is_none());
        running.map(|(index, _)| format!("P{index}")).collect()
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

/// Fails with what the first participant to complain has said; all writers must have ended.
fn first_line(mut complaints: PipeReader) -> Result<(), String> {
    let mut text = String::new();
    complaints.read_to_string(&mut text).map_err(|error| error.to_string())?;
    text.lines().next().map_or(Ok(()), |line| Err(line.to_owned()))
}
