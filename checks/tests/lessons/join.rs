//! L2 join: who waits for whom, and for how long.

#![allow(unsafe_code, reason = "the test of interrupted waits needs a signal handler and a timer")]

use std::thread;
use std::time::{Duration, Instant};

use forkstep::process::{ExitStatus, JoinError, Process};
use forkstep_checks::watchdog::{trial, waiting_for};
use libtest_mimic::Trial;

use crate::pipe::Pipe;

/// One unit of work: a child of n units sleeps for n of these, which is its work.
const UNIT: Duration = Duration::from_millis(30);

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("l2_join_waits_for_the_longest", join_waits_for_the_longest),
        trial("l2_start_and_join_in_a_loop_is_serial", start_and_join_in_a_loop_is_serial),
        trial("l2_join_timeout_gives_up_and_join_goes_on", join_timeout_gives_up),
        trial("l2_join_timeout_outlasts_signals", join_timeout_outlasts_signals),
        trial("l2_join_timeout_takes_any_duration", join_timeout_takes_any_duration),
        trial("l2_join_may_be_called_again", join_may_be_called_again),
        trial("l2_joining_oneself_is_an_error", joining_oneself_is_an_error),
        trial("l2_a_stopped_child_has_not_ended", stopped_child_has_not_ended),
        trial("l2_a_status_taken_elsewhere_is_an_error", status_taken_elsewhere),
    ]
}

/// When one child began and ended its work, on the clock that all processes share.
struct Interval {
    from: u128,
    to: u128,
}

impl Interval {
    fn overlaps(&self, other: &Interval) -> bool {
        self.from < other.to && other.from < self.to
    }
}

/// Works for `units` once the gate is open, and reports when.
fn work(units: u32, epoch: Instant, gate: Option<(&Pipe, &Pipe)>, log: &Pipe) {
    let from = epoch.elapsed().as_nanos();
    if let Some((ready, go)) = gate {
        ready.send("ready");
        go.receive("all children to be ready");
    }
    thread::sleep(UNIT * units);
    log.send(format!("{from} {}", epoch.elapsed().as_nanos()));
}

fn intervals(log: &Pipe) -> Vec<Interval> {
    let read = |_| {
        let line = log.receive("an interval");
        let (from, to) = line.split_once(' ').unwrap();
        Interval { from: from.parse().unwrap(), to: to.parse().unwrap() }
    };
    (0..4).map(read).collect()
}

fn pairs(all: &[Interval]) -> impl Iterator<Item = (&Interval, &Interval)> {
    all.iter().enumerate().flat_map(|(i, a)| all[i + 1..].iter().map(move |b| (a, b)))
}

fn join_waits_for_the_longest() {
    let (log, ready, go) = (Pipe::new(), Pipe::new(), Pipe::new());
    let epoch = Instant::now();
    // Each child goes on only when all four are there: started one after the other's end, they
    // would wait for ever. So the gate shows that they run together, however busy the machine.
    let start = |t| Process::start(|| work(t, epoch, Some((&ready, &go)), &log)).unwrap();
    let children: Vec<Process> = (1..=4).map(start).collect();
    (0..4).for_each(|_| drop(ready.receive("a child to be ready")));
    let opened = Instant::now();
    (0..4).for_each(|_| go.send("go"));
    for child in &children {
        waiting_for("a child's end");
        assert_eq!(child.join(), Ok(ExitStatus::Exited(0)));
    }
    assert!(opened.elapsed() >= UNIT * 4, "join has waited for the longest");
    assert!(pairs(&intervals(&log)).all(|(a, b)| a.overlaps(b)), "all four run together");
}

fn start_and_join_in_a_loop_is_serial() {
    let log = Pipe::new();
    let epoch = Instant::now();
    for t in 1..=4 {
        let child = Process::start(|| work(t, epoch, None, &log)).unwrap();
        waiting_for("a child's end");
        assert_eq!(child.join(), Ok(ExitStatus::Exited(0)));
    }
    assert!(epoch.elapsed() >= UNIT * 10, "the sum of all four");
    assert!(!pairs(&intervals(&log)).any(|(a, b)| a.overlaps(b)), "one after the other");
}

fn join_timeout_gives_up() {
    let go = Pipe::new();
    let child = Process::start(|| drop(go.receive("the order to end"))).unwrap();
    let before = Instant::now();
    assert_eq!(child.join_timeout(UNIT), Ok(None));
    assert!(before.elapsed() >= UNIT);
    assert_eq!(child.join_timeout(Duration::ZERO), Ok(None));
    assert_eq!(child.exit_code(), None);
    go.send("go");
    assert_eq!(child.join(), Ok(ExitStatus::Exited(0)));
    assert_eq!(child.join_timeout(Duration::ZERO), Ok(Some(ExitStatus::Exited(0))));
}

extern "C" fn do_nothing(_: libc::c_int) {}

/// Lets a signal come every millisecond, each of which interrupts the wait that it meets.
fn ring_every_millisecond(on: bool) {
    let handler = do_nothing as extern "C" fn(libc::c_int) as libc::sighandler_t;
    let tick = libc::timeval { tv_sec: 0, tv_usec: if on { 1000 } else { 0 } };
    let timer = libc::itimerval { it_interval: tick, it_value: tick };
    // SAFETY: the handler does nothing, so it is safe at any moment.
    unsafe { libc::signal(libc::SIGALRM, handler) };
    // SAFETY: the timer is valid for the call, and null means that the old one is not wanted.
    unsafe { libc::setitimer(libc::ITIMER_REAL, &raw const timer, std::ptr::null_mut()) };
}

fn join_timeout_outlasts_signals() {
    let go = Pipe::new();
    let child = Process::start(|| drop(go.receive("the order to end"))).unwrap();
    ring_every_millisecond(true);
    let before = Instant::now();
    // A wait that began anew at each signal would never end: the signals come faster.
    waiting_for("a timed join under a rain of signals");
    let outcome = child.join_timeout(UNIT);
    let waited = before.elapsed();
    ring_every_millisecond(false);
    assert_eq!(outcome, Ok(None));
    assert!(waited >= UNIT);
    go.send("go");
    assert_eq!(child.join(), Ok(ExitStatus::Exited(0)));
}

fn join_timeout_takes_any_duration() {
    for timeout in [Duration::MAX, Duration::from_secs(1 << 40), Duration::from_nanos(u64::MAX)] {
        let child = Process::start(|| 3).unwrap();
        assert_eq!(child.join_timeout(timeout), Ok(Some(ExitStatus::Exited(3))));
    }
}

fn join_may_be_called_again() {
    let child = Process::start(|| 5).unwrap();
    for _ in 0..3 {
        assert_eq!(child.join(), Ok(ExitStatus::Exited(5)));
        assert_eq!(child.exit_code(), Some(5));
    }
}

fn joining_oneself_is_an_error() {
    let log = Pipe::new();
    let me = Process::of_current().unwrap();
    assert_eq!(me.join(), Err(JoinError::WouldDeadlock));
    assert_eq!(me.join_timeout(UNIT), Err(JoinError::WouldDeadlock));
    assert!(me.is_alive());
    let child = Process::start(|| log.send(format!("{:?} {}", me.join(), me.is_alive()))).unwrap();
    child.join().unwrap();
    assert_eq!(log.receive("the child's view of its parent"), "Err(NotParent) true");
}

fn stopped_child_has_not_ended() {
    let go = Pipe::new();
    let child = Process::start(|| drop(go.receive("the order to end"))).unwrap();
    // SAFETY: kill touches no memory; the child is not reaped, so the number is its own.
    assert_eq!(unsafe { libc::kill(child.pid(), libc::SIGSTOP) }, 0);
    assert_eq!(child.join_timeout(UNIT), Ok(None));
    assert!(child.is_alive());
    child.kill().unwrap();
    assert_eq!(child.join(), Ok(ExitStatus::Killed(libc::SIGKILL)));
}

fn status_taken_elsewhere() {
    let child = Process::start(|| 9).unwrap();
    // SAFETY: a null status pointer is allowed.
    let reaped = unsafe { libc::waitpid(child.pid(), std::ptr::null_mut(), 0) };
    assert_eq!(reaped, child.pid());
    assert_eq!(child.join(), Err(JoinError::StatusLost));
    assert_eq!(child.join_timeout(UNIT), Err(JoinError::StatusLost));
    assert_eq!((child.exit_code(), child.is_alive()), (None, false));
}
