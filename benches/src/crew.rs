//! Runs participants at the same time: forked processes or threads, each on its core.

#![allow(unsafe_code, reason = "forks")]

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::thread;
use std::time::{Duration, Instant};

use nix::sched::{CpuSet, sched_setaffinity};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, alarm, fork, getpid, getppid};

use crate::core_wait::CoreWait;
use crate::mapping::SharedBox;

/// The most participants of a run.
pub const MOST: usize = 8;

/// Seconds after which a participant is stuck: a block takes milliseconds.
const STUCK: u32 = 60;

/// Says what the participants are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Between {
    /// Forked processes, which share only what was mapped shared before.
    Processes,
    /// Threads of this process.
    Threads,
}

impl Between {
    /// Names what the participants are.
    pub fn name(self) -> &'static str {
        match self {
            Self::Processes => "processes",
            Self::Threads => "threads",
        }
    }
}

/// The core of each participant; there are as many participants as cores are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cores(&'static [usize]);

/// Two participants, each on a core of its own.
pub const TWO_CORES: Cores = Cores(&[0, 1]);
/// Two participants on the same core.
pub const ONE_CORE: Cores = Cores(&[1, 1]);

impl Cores {
    /// Gives cores 0 and 1 in turn to so many participants.
    ///
    /// # Panics
    ///
    /// When there are more participants than [`MOST`].
    pub fn in_turn(participants: usize) -> Self {
        const TURNS: [usize; MOST] = [0, 1, 0, 1, 0, 1, 0, 1];
        Self(&TURNS[..participants])
    }

    /// Says whether some participants share a core.
    pub fn are_shared(self) -> bool {
        (1..self.0.len()).any(|at| self.0[..at].contains(&self.0[at]))
    }
}

/// Pins the calling thread to `core`.
///
/// # Panics
///
/// When the machine has no such core, or does not let this process use it.
pub fn pin_to(core: usize) {
    let mut set = CpuSet::new();
    set.set(core).expect("a core number within the set");
    if let Err(error) = sched_setaffinity(Pid::from_raw(0), &set) {
        panic!("the benches need cores 0 and 1, and core {core} is refused: {error}");
    }
}

/// Is one of the participants, while its body runs.
#[derive(Debug)]
pub struct Participant<'a> {
    /// The first one is 0.
    pub me: usize,
    all: usize,
    shared: &'a Stopwatch,
    epoch: Instant,
    before: Cell<Option<CoreWait>>,
}

/// Says how a run went.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// From the common start to the end of the last participant.
    pub wall: Duration,
    /// Part of that time in which a participant could have gone on but had no core, summed over
    /// all of them: see [`CoreWait`].
    pub waited: f64,
}

/// Is what the participants write of a run, in nanoseconds since one common instant.
#[derive(Debug, Default)]
struct Stopwatch {
    arrived: AtomicUsize,
    began: [AtomicU64; MOST],
    ended: [AtomicU64; MOST],
    waited: [AtomicU64; MOST],
}

impl Participant<'_> {
    /// Waits until all others have come here too; from then on time counts.
    pub fn start(&self) {
        self.shared.arrived.fetch_add(1, AcqRel);
        while self.shared.arrived.load(Acquire) < self.all {
            // Several may be pinned to one core.
            thread::yield_now();
        }
        self.before.set(Some(CoreWait::read()));
        self.shared.began[self.me].store(self.nanos(), Relaxed);
    }

    /// Gives the nanoseconds since an instant that all participants share.
    #[inline]
    pub fn nanos(&self) -> u64 {
        self.epoch.elapsed().as_nanos() as u64
    }

    /// Ends the time that counts, where something is left to be done after it; otherwise it ends
    /// with the body.
    pub fn stop(&self) {
        let Some(before) = self.before.take() else { return };
        self.shared.ended[self.me].store(self.nanos(), Relaxed);
        let waited = CoreWait::read().since(before).as_nanos() as u64;
        self.shared.waited[self.me].store(waited, Relaxed);
    }
}

/// Is where the participants of one run meet.
#[derive(Debug)]
struct Meeting {
    cores: Cores,
    shared: SharedBox<Stopwatch>,
    epoch: Instant,
}

impl Meeting {
    fn new(cores: Cores) -> Self {
        Self { cores, shared: SharedBox::new(Stopwatch::default()), epoch: Instant::now() }
    }

    /// Is the life of one participant.
    fn attend(&self, me: usize, body: &impl Fn(&Participant<'_>)) {
        let cores = self.cores.0;
        pin_to(cores[me]);
        let (all, before) = (cores.len(), Cell::default());
        let participant = Participant { me, all, shared: &self.shared, epoch: self.epoch, before };
        body(&participant);
        participant.stop();
    }

    fn read(&self) -> Run {
        self.shared.read_of(self.cores.0.len())
    }
}

impl Stopwatch {
    fn read_of(&self, all: usize) -> Run {
        let each = |words: &[AtomicU64; MOST]| -> Vec<u64> {
            words[..all].iter().map(|word| word.load(Relaxed)).collect()
        };
        let first = each(&self.began).into_iter().min().expect("a participant");
        let last = each(&self.ended).into_iter().max().expect("a participant");
        let wall = last - first;
        let waited = each(&self.waited).into_iter().sum::<u64>() as f64 / wall as f64;
        Run { wall: Duration::from_nanos(wall), waited }
    }
}

/// Runs `body` as one participant for each of `cores` at the same time, and returns when all have
/// ended. Each of them calls [`Participant::start`] once.
///
/// # Panics
///
/// As [`run_processes`] and [`run_threads`].
pub fn run(between: Between, cores: Cores, body: impl Fn(&Participant<'_>) + Sync) -> Run {
    match between {
        Between::Processes => run_processes(cores, body),
        Between::Threads => run_threads(cores, body),
    }
}

/// Runs processes, as [`run`] does. What `body` refers to is copied by the fork.
///
/// A process that panics, is killed or is stuck for a minute ends the run: the others are killed
/// too.
///
/// # Panics
///
/// When a participant fails, or when this process has threads.
pub fn run_processes(cores: Cores, body: impl Fn(&Participant<'_>)) -> Run {
    let meeting = Meeting::new(cores);
    wait_until_single_threaded();
    let start = |me| start(&|| meeting.attend(me, &body));
    let mut running: Vec<Pid> = (0..cores.0.len()).map(start).collect();
    while !running.is_empty() {
        let status = waitpid(None, None).expect("a child to wait for");
        running.retain(|&child| Some(child) != status.pid());
        if !matches!(status, WaitStatus::Exited(_, 0)) {
            // The others may wait for the dead one for ever. Their statuses are reaped here.
            for &other in &running {
                kill(other, Signal::SIGKILL).expect("an own child takes a signal");
                waitpid(other, None).expect("an own child can be reaped");
            }
            panic!("a participant failed: {status:?}");
        }
    }
    meeting.read()
}

/// Runs threads, as [`run`] does.
///
/// A thread cannot be killed, so one that panics or is stuck for a minute ends this process.
pub fn run_threads(cores: Cores, body: impl Fn(&Participant<'_>) + Sync) -> Run {
    let meeting = Meeting::new(cores);
    let (attended, body) = (&meeting, &body);
    alarm::set(STUCK);
    thread::scope(|scope| {
        for me in 0..cores.0.len() {
            scope.spawn(move || {
                // The panic has printed its message. The others may wait for this one for ever.
                catch_unwind(AssertUnwindSafe(|| attended.attend(me, body)))
                    .unwrap_or_else(|_| std::process::exit(101));
            });
        }
    });
    alarm::cancel();
    meeting.read()
}

fn start(body: &dyn Fn()) -> Pid {
    let parent = getpid();
    // SAFETY: the process is single-threaded, so the child may run any code.
    match unsafe { fork() }.expect("a new process") {
        ForkResult::Parent { child } => child,
        ForkResult::Child => {
            let ended = catch_unwind(AssertUnwindSafe(|| {
                set_pdeathsig(Signal::SIGKILL).expect("a signal at the parent's death");
                assert_eq!(getppid(), parent, "the parent died before it could say so");
                alarm::set(STUCK);
                body();
            }));
            // SAFETY: `_exit` takes any status and runs nothing of the parent's clean-up.
            unsafe { libc::_exit(if ended.is_ok() { 0 } else { 101 }) }
        }
    }
}

/// Waits for joined threads to leave the process: a join returns a moment before that.
fn wait_until_single_threaded() {
    let start = Instant::now();
    while std::fs::read_dir("/proc/self/task").expect("a list of threads").count() > 1 {
        assert!(start.elapsed() < Duration::from_secs(5), "fork needs a process without threads");
        thread::yield_now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores_are_shared_by_more_than_two() {
        let shared = [1, 2, 3, 8].map(|participants| Cores::in_turn(participants).are_shared());
        assert_eq!(shared, [false, false, true, true]);
        assert!(ONE_CORE.are_shared() && !TWO_CORES.are_shared());
    }

    #[test]
    fn a_run_lasts_from_the_first_begin_to_the_last_end() {
        let watch = Stopwatch::default();
        for (me, (began, ended)) in [(20, 70), (10, 60), (30, 110)].into_iter().enumerate() {
            watch.began[me].store(began, Relaxed);
            watch.ended[me].store(ended, Relaxed);
            watch.waited[me].store(10, Relaxed);
        }
        let run = watch.read_of(3);
        assert_eq!((run.wall, run.waited), (Duration::from_nanos(100), 0.3));
    }
}
