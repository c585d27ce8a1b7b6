//! Watches the workers: finds out which script ended one, or does not end.

use std::fs;
use std::io;
use std::time::{Duration, Instant};

use forkstep::process::{ExitStatus, Process};
use forkstep::{Offset, Region};

use super::board::Board;
use super::body::name_of;
use super::failure::Corrupted;
use super::planted::Planted;
use super::script::Script;
use super::worker::Bench;
use crate::backend::processes::{self, children, wait_for_an_end};

/// How many workers there are: most of the time they wait.
const WORKERS: u64 = 6;
/// How many scripts a worker executes: what it has stranded in its robust list stays there.
const SCRIPTS_OF_A_LIFE: u64 = 100;
/// How long one operation may take: more than any waits for a lock that nobody gives back, and a
/// generous bound on scheduling delays.
const LIMIT: Duration = Duration::from_secs(4);
/// How often the parent looks whether one hangs.
const MOMENT: Duration = Duration::from_millis(100);
/// How long failing scripts are made smaller.
const SHRINKING: Duration = Duration::from_secs(30);
/// How often a smaller script is executed, where another process corrupts meanwhile.
const CHANCES: usize = 5;

/// Where the scripts come from.
#[derive(Clone, Debug)]
pub(super) enum Scripts {
    Drawn { seed: u64, count: u64 },
    Given(Vec<Script>),
}

impl Scripts {
    pub(super) fn count(&self) -> u64 {
        match self {
            Self::Drawn { count, .. } => *count,
            Self::Given(scripts) => scripts.len() as u64,
        }
    }

    pub(super) fn get(&self, number: u64) -> Script {
        match self {
            Self::Drawn { seed, .. } => Script::draw(*seed, number),
            Self::Given(scripts) => scripts[number as usize].clone(),
        }
    }
}

/// A script that came to no good end.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) script: Script,
    pub(super) what: String,
}

/// The parent of the workers.
pub(super) struct Watch {
    scripts: Scripts,
    bench: Bench,
    workers: Vec<Worker>,
    /// The children that there were before.
    others: Vec<i32>,
}

struct Worker {
    board: Offset<Board>,
    /// The script with which its next life begins.
    next: u64,
    process: Option<Process>,
}

/// What is wrong with the machine, and not with what is checked.
type Trouble = Box<dyn std::error::Error>;

impl Watch {
    fn new(scripts: Scripts, planted: Planted) -> Result<Self, Trouble> {
        let count = WORKERS.min(scripts.count());
        let region = Region::anonymous(count as usize * (size_of::<Board>() + 64))?;
        let worker = |next| {
            let board = region.place(Board::default())?;
            Ok(Worker { board, next, process: None })
        };
        let workers = (0..count).map(worker).collect::<Result<_, Trouble>>()?;
        let bench = Bench { region, start: Instant::now(), planted };
        Ok(Self { scripts, bench, workers, others: children() })
    }

    /// Executes all scripts, unless `most` failures come before.
    pub(super) fn execute(
        scripts: Scripts,
        planted: Planted,
        most: usize,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(Corrupted, Vec<Failure>), Trouble> {
        let mut failures = Vec::new();
        if scripts.count() == 0 {
            return Ok((Corrupted::default(), failures));
        }
        let mut watch = Self::new(scripts, planted)?;
        while failures.len() < most && watch.start_workers()? {
            let processes = watch.workers.iter().filter_map(|worker| worker.process.as_ref());
            wait_for_an_end(processes, MOMENT);
            for at in 0..watch.workers.len() {
                failures.extend(watch.look_at(at)?);
            }
            progress(watch.sum()?.scripts);
        }
        let sum = watch.sum()?;
        Ok((sum, failures))
    }

    /// Starts a new life of each worker that has something to do and does nothing; says whether any
    /// is at work.
    fn start_workers(&mut self) -> Result<bool, Trouble> {
        let Self { scripts, bench, workers, .. } = self;
        let (count, step) = (scripts.count(), workers.len() as u64);
        for worker in workers.iter_mut().filter(|worker| worker.process.is_none()) {
            let numbers = (worker.next..count).step_by(step as usize);
            if worker.next < count {
                let life = numbers.take(SCRIPTS_OF_A_LIFE as usize);
                let life = life.map(|number| (number, scripts.get(number)));
                bench.region.get(worker.board)?.begin(bench.start.elapsed().as_nanos() as u64);
                worker.process = Some(bench.start(worker.board, life)?);
            }
        }
        Ok(workers.iter().any(|worker| worker.process.is_some()))
    }

    /// Looks whether a worker has ended, or should have.
    fn look_at(&mut self, at: usize) -> Result<Option<Failure>, Trouble> {
        let step = self.workers.len() as u64;
        let Self { bench, workers, .. } = self;
        let worker = &mut workers[at];
        let Some(process) = &worker.process else { return Ok(None) };
        let board = bench.region.get(worker.board)?;
        let going_on = bench.start.elapsed().saturating_sub(Duration::from_nanos(board.since()));
        let what = match process.join_timeout(Duration::ZERO)? {
            Some(status) if status.success() => {
                worker.next += step * SCRIPTS_OF_A_LIFE;
                worker.process = None;
                return Ok(None);
            }
            Some(ExitStatus::Exited(101)) => format!("panicked: {}", board.text()),
            Some(status) => format!("died: {status}"),
            None if going_on < LIMIT => return Ok(None),
            None => format!("hung: an operation goes on for {} s", going_on.as_secs()),
        };
        end(process)?;
        worker.process = None;
        self.reap_orphans();
        let Self { scripts, bench, workers, .. } = self;
        let worker = &mut workers[at];
        let board = bench.region.get(worker.board)?;
        let number = board.at_work().ok_or_else(|| format!("between two scripts: {what}"))?;
        board.end_script();
        worker.next = number + step;
        Ok(Some(Failure { script: scripts.get(number), what }))
    }

    /// Waits for the end of processes whose parent was a worker that died: they die with it. They
    /// are children of this process now, if it adopts orphans.
    fn reap_orphans(&self) {
        let workers = self.workers.iter().filter_map(|worker| worker.process.as_ref());
        let workers: Vec<i32> = workers.map(Process::pid).collect();
        let strange = |child: &i32| !workers.contains(child) && !self.others.contains(child);
        children().into_iter().filter(strange).for_each(processes::reap);
    }

    fn sum(&self) -> Result<Corrupted, Trouble> {
        let mut sum = Corrupted::default();
        for worker in &self.workers {
            self.bench.region.get(worker.board)?.add_to(&mut sum);
        }
        Ok(sum)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        for process in self.workers.iter().filter_map(|worker| worker.process.as_ref()) {
            // It is a child of this process, so that can be done.
            let _ = end(process);
        }
        self.workers.clear();
        self.reap_orphans();
    }
}

/// Ends a worker, and removes what it has left under its name.
fn end(worker: &Process) -> Result<(), Trouble> {
    worker.kill()?;
    worker.join()?;
    let name = name_of(worker.pid().cast_unsigned());
    match fs::remove_file(format!("/dev/shm/forkstep.{name}")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

impl Failure {
    /// A script that does as little as possible and fails too.
    pub(super) fn shrunk(self, planted: Planted) -> Self {
        let end = Instant::now() + if planted == Planted::Nothing { SHRINKING } else { LIMIT };
        let fails = |script: &Script| {
            if Instant::now() > end {
                return None;
            }
            let scripts = Scripts::Given(vec![script.clone(); script.chances(CHANCES)]);
            Watch::execute(scripts, planted, 1, &mut |_| {}).ok()?.1.pop()
        };
        let mut smallest = self;
        while let Some(smaller) = smallest.script.smaller().iter().find_map(fails) {
            smallest = smaller;
        }
        smallest
    }
}
