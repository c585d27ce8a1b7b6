//! Runs two participants at the same time: forked processes or threads, each on its core.

#![allow(unsafe_code, reason = "forks")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::sched::{CpuSet, sched_setaffinity};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork};

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

/// Runs `body(0)` and `body(1)` at the same time and returns when both have ended.
///
/// A participant that panics or is killed ends the run: the other one is killed too.
///
/// # Panics
///
/// When a participant fails, or when processes are asked for and this process has threads.
pub fn run(between: Between, cores: Cores, body: impl Fn(usize) + Sync) {
    let pinned = |me: usize| {
        pin_to(cores.0[me]);
        body(me);
    };
    match between {
        Between::Processes => run_processes(&pinned),
        Between::Threads => thread::scope(|scope| {
            let pinned = &pinned;
            let both = [0, 1].map(|me| scope.spawn(move || pinned(me)));
            for one in both {
                one.join().expect("a participant panicked");
            }
        }),
    }
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

/// Lets both participants go on only when both have come.
#[derive(Debug, Default)]
pub struct Start(AtomicUsize);

impl Start {
    /// Reports this participant and spins until the other one has come.
    pub fn wait(&self) {
        self.0.fetch_add(1, Ordering::AcqRel);
        while self.0.load(Ordering::Acquire) < 2 {
            // Both may be pinned to one core.
            thread::yield_now();
        }
    }
}
