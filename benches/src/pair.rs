//! Runs two participants at the same time: forked processes or threads, each on its core.

#![allow(unsafe_code, reason = "forks")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::thread;
use std::time::{Duration, Instant};

use nix::sched::{CpuSet, sched_setaffinity};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork};

use crate::mapping::SharedBox;

/// Says what the two participants are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Between {
    /// Two forked processes, which share only what was mapped shared before.
    Processes,
    /// Two threads of this process.
    Threads,
}

/// The core of each of the two participants.
#[derive(Debug, Clone, Copy)]
pub struct Cores(pub [usize; 2]);

/// One core for each participant.
pub const TWO_CORES: Cores = Cores([0, 1]);
/// Both participants on the same core.
pub const ONE_CORE: Cores = Cores([1, 1]);

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

/// Is one of the two, while its body runs.
#[derive(Debug)]
pub struct Participant<'a> {
    /// 0 or 1.
    pub me: usize,
    shared: &'a Stopwatch,
    epoch: Instant,
}

/// Says how a run went.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// From the common start to the end of the last participant.
    pub wall: Duration,
    /// Part of that time in which a participant could have gone on but had no core, summed over
    /// both.
    pub waited: f64,
}

/// Is what both participants write of a run, in nanoseconds since one common instant.
#[derive(Debug, Default)]
struct Stopwatch {
    arrived: AtomicUsize,
    began: [AtomicU64; 2],
    ended: [AtomicU64; 2],
    waited: [AtomicU64; 2],
}

impl Participant<'_> {
    /// Waits until the other one has come here too; from then on time counts.
    pub fn start(&self) {
        self.shared.arrived.fetch_add(1, AcqRel);
        while self.shared.arrived.load(Acquire) < 2 {
            // Both may be pinned to one core.
            thread::yield_now();
        }
        self.shared.waited[self.me].store(waited_nanos(), Relaxed);
        self.shared.began[self.me].store(self.nanos(), Relaxed);
    }

    /// Gives the nanoseconds since an instant that both participants share.
    #[inline]
    pub fn nanos(&self) -> u64 {
        self.epoch.elapsed().as_nanos() as u64
    }

    fn end(&self) {
        self.shared.ended[self.me].store(self.nanos(), Relaxed);
        let before = &self.shared.waited[self.me];
        before.store(waited_nanos() - before.load(Relaxed), Relaxed);
    }
}

impl Stopwatch {
    fn read(&self) -> Run {
        let [began, ended, waited] = [&self.began, &self.ended, &self.waited]
            .map(|pair| pair.each_ref().map(|word| word.load(Relaxed)));
        let wall = ended[0].max(ended[1]) - began[0].min(began[1]);
        let waited = (waited[0] + waited[1]) as f64 / wall as f64;
        Run { wall: Duration::from_nanos(wall), waited }
    }
}

/// Gives how long this thread has been ready to run without a core: something else had it.
///
/// # Panics
///
/// When the kernel keeps no such account.
pub fn waited_for_core() -> Duration {
    Duration::from_nanos(waited_nanos())
}

fn waited_nanos() -> u64 {
    // Time on a core, time waiting for one, number of turns: sched-stats in the kernel's tree.
    let account = std::fs::read_to_string("/proc/thread-self/schedstat").expect("an account");
    let waited = account.split_whitespace().nth(1).and_then(|field| field.parse().ok());
    waited.expect("nanoseconds in the second field")
}

/// Runs `body` as participant 0 and as participant 1 at the same time, and returns when both
/// have ended. Each of them calls [`Participant::start`] once.
///
/// A participant that panics or is killed ends the run: the other one is killed too.
///
/// # Panics
///
/// When a participant fails, or when processes are asked for and this process has threads.
pub fn run(between: Between, cores: Cores, body: impl Fn(&Participant<'_>) + Sync) -> Run {
    let shared = SharedBox::new(Stopwatch::default());
    let epoch = Instant::now();
    let participate = |me: usize| {
        pin_to(cores.0[me]);
        let participant = Participant { me, shared: &shared, epoch };
        body(&participant);
        participant.end();
    };
    match between {
        Between::Processes => run_processes(&participate),
        Between::Threads => thread::scope(|scope| {
            let participate = &participate;
            for one in [0, 1].map(|me| scope.spawn(move || participate(me))) {
                one.join().expect("a participant panicked");
            }
        }),
    }
    shared.read()
}

fn run_processes(body: &dyn Fn(usize)) {
    wait_until_single_threaded();
    let mut running = vec![start(0, body), start(1, body)];
    while !running.is_empty() {
        let status = waitpid(None, None).expect("a child to wait for");
        running.retain(|&child| Some(child) != status.pid());
        if !matches!(status, WaitStatus::Exited(_, 0)) {
            // The other one may wait for the dead one for ever. Its status is reaped here.
            for &other in &running {
                kill(other, Signal::SIGKILL).expect("an own child takes a signal");
                waitpid(other, None).expect("an own child can be reaped");
            }
            panic!("a participant failed: {status:?}");
        }
    }
}

fn start(me: usize, body: &dyn Fn(usize)) -> Pid {
    // SAFETY: the process is single-threaded, so the child may run any code.
    match unsafe { fork() }.expect("a new process") {
        ForkResult::Parent { child } => child,
        ForkResult::Child => {
            let ended = catch_unwind(AssertUnwindSafe(|| {
                set_pdeathsig(Signal::SIGKILL).expect("a signal at the parent's death");
                body(me);
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
