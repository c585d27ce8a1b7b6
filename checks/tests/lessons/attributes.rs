//! L4 attributes of a process, L24 who is there, and the exit codes of bodies.

use std::process;
use std::thread;

use forkstep::process::{
    ExitStatus, IntoExitCode, Process, active_children, cpu_count, current, parent,
};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

use crate::capture::capture;
use crate::pipe::Pipe;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("l4_pids_and_names", pids_and_names),
        trial("l4_terminate_is_minus_15", terminate_is_minus_15),
        trial("l4_kill_is_minus_9", kill_is_minus_9),
        trial("l4_a_real_time_signal_has_a_status", real_time_signal_has_a_status),
        trial("l4_exit_codes_of_bodies", exit_codes_of_bodies),
        trial("l4_default_names_tell_the_lineage", default_names_tell_the_lineage),
        trial("l24_active_children", list_of_active_children),
        trial("l24_children_without_handles_are_reaped", children_without_handles),
        trial("l24_cpu_count", as_many_processes_as_processors),
    ]
}

fn forever() -> ! {
    loop {
        thread::park();
    }
}

fn pids_and_names() {
    let log = Pipe::new();
    let child = Process::builder().name("mary").start(|| {
        let (me, parent) = (current(), parent().unwrap());
        log.send(format!("{} {} of {} {}", me.name(), me.pid(), parent.name(), parent.pid()));
        log.send(format!("{} {}", process::id(), std::os::unix::process::parent_id()));
    });
    let child = child.unwrap();
    let (own, its) = (process::id(), child.pid());
    let expected = format!("mary {its} of MainProcess {own}");
    assert_eq!(log.receive("who the child says it is"), expected);
    assert_eq!(log.receive("what the kernel says"), format!("{its} {own}"));
    assert_eq!((child.name(), child.is_daemon()), ("mary", false));
    assert_eq!((current().name(), parent()), ("MainProcess", None));
    child.join().unwrap();
}

fn terminate_is_minus_15() {
    let child = Process::start(forever).unwrap();
    assert_eq!((child.exit_code(), child.is_alive()), (None, true));
    child.terminate().unwrap();
    // It takes a moment until the child is gone: only join makes sure.
    assert_eq!(child.join(), Ok(ExitStatus::Killed(15)));
    assert_eq!((child.exit_code(), child.is_alive()), (Some(-15), false));
}

fn kill_is_minus_9() {
    let child = Process::start(forever).unwrap();
    child.kill().unwrap();
    assert_eq!(child.join().unwrap().code(), -9);
    assert_eq!((child.exit_code(), child.is_alive()), (Some(-9), false));
}

#[allow(unsafe_code, reason = "a real-time signal can be sent by the C library alone")]
fn real_time_signal_has_a_status() {
    let signal = libc::SIGRTMIN() + 3;
    let child = Process::start(forever).unwrap();
    // SAFETY: kill touches no memory; the child is not reaped, so the number is its own.
    assert_eq!(unsafe { libc::kill(child.pid(), signal) }, 0);
    assert_eq!(child.join(), Ok(ExitStatus::Killed(signal)));
}

fn code_of<T: IntoExitCode>(body: impl FnOnce() -> T) -> i32 {
    Process::start(body).unwrap().join().unwrap().code()
}

fn exit_codes_of_bodies() {
    assert_eq!(code_of(|| ()), 0);
    assert_eq!(code_of(|| 255_u8), 255);
    assert_eq!(code_of(|| 7_i32), 7);
    assert_eq!(code_of(|| -1_i32), 255, "the low eight bits");
    assert_eq!(code_of(|| Ok::<(), String>(())), 0);
    assert_eq!(code_of(|| Ok::<u8, String>(4)), 4);
    let sold_out = capture(2, || Err::<(), &str>("sold out"));
    assert_eq!(sold_out, ("Error: \"sold out\"\n".to_owned(), ExitStatus::Exited(1)));
    assert_eq!(code_of(|| -> () { process::exit(6) }), 6);
}

fn default_names_tell_the_lineage() {
    let log = Pipe::new();
    let first = Process::start(|| {
        let inner = Process::start(|| log.send(current().name())).unwrap();
        inner.join().unwrap();
        log.send(inner.name());
    });
    let first = first.unwrap();
    first.join().unwrap();
    let second = Process::start(|| ()).unwrap();
    second.join().unwrap();
    assert_eq!((first.name(), second.name()), ("Process-1", "Process-2"));
    assert_eq!(log.receive("the inner name, in the child"), "Process-1:1");
    assert_eq!(log.receive("the inner name, in its parent"), "Process-1:1");
}

fn list_of_active_children() {
    assert!(active_children().is_empty());
    let (log, go) = (Pipe::new(), Pipe::new());
    let names = ["owen", "jack", "mary"];
    let start = |name| {
        let body = || {
            log.send(active_children().len());
            go.receive("the order to end");
        };
        Process::builder().name(name).start(body).unwrap()
    };
    let children = names.map(start);
    for _ in names {
        assert_eq!(log.receive("a child's count of its own"), "0");
    }
    let listed: Vec<_> = active_children().iter().map(|c| (c.name().to_owned(), c.pid())).collect();
    let expected = children.each_ref().map(|c| (c.name().to_owned(), c.pid()));
    assert_eq!(listed, expected);

    children[1].kill().unwrap();
    children[1].join().unwrap();
    let listed: Vec<_> = active_children().into_iter().map(|c| c.pid()).collect();
    assert_eq!(listed, [children[0].pid(), children[2].pid()]);
    (0..2).for_each(|_| go.send("go"));
    for child in &children {
        child.join().unwrap();
    }
    assert!(active_children().is_empty());
}

fn children_without_handles() {
    let (life, held) = std::io::pipe().unwrap();
    drop(Process::start(move || drop(held)).unwrap());
    crate::pipe::wait_for_end_of(life, "the child that nobody joins");
    // It has let go of the pipe, but may not have ended yet; each look reaps what has.
    while !active_children().is_empty() {
        thread::yield_now();
    }
    // That no zombie is left is checked after every test.
}

fn as_many_processes_as_processors() {
    let count = cpu_count();
    assert!(count >= 1);
    let start = |n: usize| Process::start(move || i32::try_from(n % 100).unwrap()).unwrap();
    let children: Vec<_> = (0..count).map(start).collect();
    let codes: Vec<_> = children.iter().map(|c| c.join().unwrap().code()).collect();
    assert!(codes.iter().zip(0..).all(|(code, n)| *code == n % 100));
}
