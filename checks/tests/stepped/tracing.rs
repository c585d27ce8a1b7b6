//! What stepping relies upon: tracees may end at any moment, and nothing is left behind.

#![allow(unsafe_code, reason = "forks, and watches processes that are no children")]
#![allow(clippy::disallowed_methods, reason = "pidfd_open has no wrapper in glibc 2.36")]

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};

use forkstep::Value;
use forkstep_checks::ptrace::{End, Gone, Registers, Running, State, Stopped, let_be_traced};
use forkstep_checks::stepped::{Choice, Log, Machine, Scenario};
use forkstep_checks::watchdog::{trial, waiting_for};
use libtest_mimic::Trial;
use nix::errno::Errno;
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{Id, WaitPidFlag, waitid, waitpid};
use nix::unistd::{ForkResult, Pid, fork, pause};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("a_tracee_killed_before_a_request_has_ended", killed_before_a_request),
        trial("a_tracee_killed_before_it_is_killed_has_ended", killed_before_its_kill),
        trial("a_killed_tracer_leaves_no_tracee", killed_tracer),
        trial("a_dropped_machine_leaves_nothing", dropped_machine),
    ]
}

/// A tracee that stands at its first stop.
fn tracee() -> Stopped {
    // SAFETY: the test process has one thread.
    match unsafe { fork() }.expect("a process") {
        ForkResult::Child => {
            let_be_traced().expect("a parent that traces");
            loop {
                pause();
            }
        }
        ForkResult::Parent { child } => stand(Running::new(child)),
    }
}

fn stand(running: Running) -> Stopped {
    waiting_for("a tracee to stop");
    match running.wait() {
        State::Stopped(stopped) => stopped,
        State::Ended(end) => panic!("a tracee ends by itself: {end:?}"),
    }
}

/// Kills a tracee that stands still; returns when it is no longer there to be asked, and leaves its
/// end to be waited for.
fn kill_behind_the_tracers_back(pid: Pid) {
    kill(pid, Signal::SIGKILL).expect("it is there");
    waiting_for("a killed tracee to end");
    let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT | WaitPidFlag::__WALL;
    waitid(Id::Pid(pid), flags).expect("it has ended");
}

fn assert_reaped(pid: Pid) {
    assert_eq!(waitpid(pid, Some(WaitPidFlag::__WALL)), Err(Errno::ECHILD), "it is reaped");
}

const KILLED: Gone = Gone(End::Killed(libc::SIGKILL));

/// A request, and how it ends if the tracee is gone.
type Request = fn(Stopped, Registers) -> Result<(), Gone>;

/// A request for memory.
type Look = fn(&Stopped, u64) -> Result<(), Errno>;

fn killed_before_a_request() {
    let requests: [(&str, Request); 8] = [
        ("follow", |tracee, _| tracee.follow()),
        ("general", |tracee, _| tracee.general().map(drop)),
        ("set_general", |tracee, known| tracee.set_general(known.general)),
        ("jump", |tracee, known| tracee.jump(known.general.rip)),
        ("registers", |tracee, known| tracee.registers(known.general).map(drop)),
        ("set_registers", |tracee, mut known| tracee.set_registers(&mut known)),
        ("resume", |tracee, _| tracee.resume(None).map(drop)),
        ("step", |tracee, _| tracee.step().map(drop)),
    ];
    for (name, request) in requests {
        let tracee = tracee();
        let pid = tracee.pid();
        let general = tracee.general().expect("it stands still");
        let known = tracee.registers(general).expect("it stands still");
        kill_behind_the_tracers_back(pid);
        assert_eq!(request(tracee, known), Err(KILLED), "{name}");
        assert_reaped(pid);
    }
}

fn killed_before_its_kill() {
    let memory: [Look; 4] = [
        |tracee, at| tracee.read(at, &mut [0; 8]),
        |tracee, at| tracee.write(at, &[0; 8]),
        |tracee, at| tracee.peek(at).map(drop),
        |tracee, at| tracee.poke(at, 0),
    ];
    for request in memory {
        let tracee = tracee();
        let pid = tracee.pid();
        let stack = tracee.general().expect("it stands still").rsp;
        assert_eq!(request(&tracee, stack), Ok(()));
        kill_behind_the_tracers_back(pid);
        // These say that nothing is there, and leave the end to whoever asks for it.
        assert_eq!(request(&tracee, stack), Err(Errno::ESRCH));
        tracee.kill();
        assert_reaped(pid);
    }
    let resumed = tracee().resume(None).expect("it stands still");
    let pid = pid_of(&resumed);
    kill_behind_the_tracers_back(pid);
    assert!(matches!(resumed.wait(), State::Ended(End::Killed(libc::SIGKILL))));
    assert_reaped(pid);
}

/// The only child there is.
fn pid_of(_: &Running) -> Pid {
    let children = children_of(Pid::this());
    assert_eq!(children.len(), 1, "{children:?}");
    children[0]
}

fn children_of(process: Pid) -> Vec<Pid> {
    let list = fs::read_to_string(format!("/proc/{process}/task/{process}/children"));
    let list = list.expect("the kernel lists the children");
    list.split_whitespace().map(|pid| Pid::from_raw(pid.parse().expect("a number"))).collect()
}

fn two_adders() -> Scenario {
    let add = |number: &Value<u64>, log: &Log<'_>| {
        log.call("add", || number.set(number.get() + 1).is_ok());
    };
    Scenario::builder("two-adders", || Value::new(0).expect("memory"))
        .participant("adder", add)
        .participant("adder", add)
        .build()
}

fn killed_tracer() {
    // The test process adopts orphans: the watchdog has seen to that.
    let (mut ready, told) = std::io::pipe().expect("a pipe");
    // SAFETY: the test process has one thread.
    let tracer = match unsafe { fork() }.expect("a process") {
        ForkResult::Child => {
            let scenario = two_adders();
            let mut machine = Machine::new(&scenario).expect("a machine");
            machine.take(Choice::Step(0));
            (&told).write_all(b"!").expect("somebody listens");
            loop {
                pause();
            }
        }
        ForkResult::Parent { child } => child,
    };
    drop(told);
    waiting_for("a machine in another process");
    ready.read_exact(&mut [0]).expect("a machine");
    let template = children_of(tracer);
    assert_eq!(template.len(), 1, "participants are forked by their template");
    let participants = children_of(template[0]);
    assert_eq!(participants.len(), 2);
    let tracees = [template, participants].concat();
    let watched: Vec<_> = tracees.iter().map(|pid| pidfd(*pid)).collect();

    kill(tracer, Signal::SIGKILL).expect("it is there");
    waitpid(tracer, None).expect("its end");
    for (pid, pidfd) in tracees.into_iter().zip(watched) {
        await_end(&pidfd);
        // The template comes to this process as an orphan; its children, whom it does not wait
        // for, come or vanish.
        match waitpid(pid, Some(WaitPidFlag::__WALL)) {
            Ok(_) | Err(Errno::ECHILD) => {}
            Err(errno) => panic!("{errno}"),
        }
        assert!(!fs::exists(format!("/proc/{pid}")).expect("/proc"), "{pid} is left");
    }
    assert_eq!(children_of(Pid::this()), []);
}

fn pidfd(pid: Pid) -> OwnedFd {
    // SAFETY: takes two integers and touches no memory.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid.as_raw(), 0) };
    let fd = i32::try_from(Errno::result(fd).expect("it is there")).expect("a descriptor");
    // SAFETY: the kernel has just made this descriptor for us.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

fn await_end(pidfd: &OwnedFd) {
    waiting_for("the end of a tracee whose tracer was killed");
    let mut poll = libc::pollfd { fd: pidfd.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    // SAFETY: one pollfd at that address.
    let count = unsafe { libc::poll(&raw mut poll, 1, -1) };
    assert_eq!(count, 1, "{}", Errno::last());
}

fn dropped_machine() {
    let this = Pid::from_raw(0);
    let before = sched_getaffinity(this).expect("processors");
    let first = (0..CpuSet::count()).find(|cpu| before.is_set(*cpu).unwrap_or(false));
    let mut one = CpuSet::new();
    one.set(first.expect("a processor")).expect("its number");
    for allowed in [before, one, before] {
        sched_setaffinity(this, &allowed).expect("what was allowed");
        let scenario = two_adders();
        let mut machine = Machine::new(&scenario).expect("a machine");
        assert_eq!(children_of(Pid::this()).len(), 1, "the template");
        let some = [Choice::Step(0), Choice::Step(1), Choice::Crash(0), Choice::Step(1)];
        some.into_iter().for_each(|choice| machine.take(choice));
        drop(machine);
        assert_eq!(sched_getaffinity(this), Ok(allowed), "the processors are those of before");
        assert_eq!(children_of(Pid::this()), []);
        assert_eq!(waitpid(None, Some(WaitPidFlag::__WALL)), Err(Errno::ECHILD), "no zombie");
    }
}
