//! L1 start, L3 isolation, L5 a process type of one's own, L23 fork.

#![allow(unsafe_code, reason = "the lesson on fork forks by hand")]

use std::process;

use forkstep::process::{Process, Run, active_children, current, parent};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

use crate::capture::capture;
use crate::pipe::Pipe;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("l1_start_returns_while_the_child_runs", start_returns_at_once),
        trial("l1_arguments_reach_the_child", arguments_reach_the_child),
        trial("l1_the_parent_keeps_no_captured_pipe_end", captures_are_dropped_in_the_parent),
        trial("l3_memory_is_isolated", memory_is_isolated),
        trial("l5_own_type_is_run", own_type_is_run),
        trial("l23_both_go_on_after_a_fork", both_go_on_after_a_fork),
        trial("l23_started_process_prints_too", started_process_prints_too),
        trial("l23_a_fork_by_hand_is_a_main_process", fork_by_hand_is_a_main_process),
    ]
}

fn start_returns_at_once() {
    let (log, go) = (Pipe::new(), Pipe::new());
    let child = Process::start(|| {
        go.receive("the parent to go on");
        log.send("child ends");
    })
    .unwrap();
    // The child cannot end before this line: that start has returned is what lets it.
    log.send("parent goes on");
    go.send("go");
    assert!(child.join().unwrap().success());
    assert_eq!(log.receive("the first line"), "parent goes on");
    assert_eq!(log.receive("the second line"), "child ends");
}

fn arguments_reach_the_child() {
    let log = Pipe::new();
    let (name, ages) = (String::from("owen"), [18, 19]);
    let child = Process::start(|| log.send(format!("{name} {ages:?}"))).unwrap();
    child.join().unwrap();
    assert_eq!(log.receive("the arguments"), "owen [18, 19]");
}

fn captures_are_dropped_in_the_parent() {
    let (life, held) = std::io::pipe().unwrap();
    let child = Process::start(move || drop(held)).unwrap();
    // This would never come if the parent still held its copy.
    crate::pipe::wait_for_end_of(life, "the child to let go of the pipe");
    child.join().unwrap();
}

fn memory_is_isolated() {
    let log = Pipe::new();
    let mut n = 100;
    let child = Process::start(|| {
        n = 0;
        log.send(n);
    })
    .unwrap();
    child.join().unwrap();
    assert_eq!(log.receive("the child's n"), "0");
    assert_eq!(n, 100);
}

fn own_type_is_run() {
    struct Greeter<'a> {
        name: &'static str,
        log: &'a Pipe,
    }

    impl Run for Greeter<'_> {
        type Output = i32;

        fn run(self) -> i32 {
            self.log.send(format!("{} is run in {}", self.name, process::id()));
            7
        }
    }

    let log = Pipe::new();
    let greeter = Process::run(Greeter { name: "owen", log: &log }).unwrap();
    assert_eq!(log.receive("the greeting"), format!("owen is run in {}", greeter.pid()));
    assert_eq!(greeter.join().unwrap().code(), 7);

    let builder = Process::builder().name("second");
    let second = builder.start_type(Greeter { name: "jack", log: &log }).unwrap();
    assert_eq!(second.name(), "second");
    assert_eq!(second.join().unwrap().code(), 7);
}

fn both_go_on_after_a_fork() {
    let (printed, status) = capture(1, || {
        let child = fork_by_hand();
        println!("111");
        if child == 0 {
            exit_by_hand();
        }
        reap_by_hand(child);
    });
    assert!(status.success());
    assert_eq!(printed, "111\n111\n");
}

fn started_process_prints_too() {
    let (printed, status) = capture(1, || {
        let child = Process::start(|| println!("111")).unwrap();
        println!("111");
        child.join().unwrap();
    });
    assert!(status.success());
    assert_eq!(printed, "111\n111\n");
}

fn fork_by_hand_is_a_main_process() {
    let log = Pipe::new();
    let started = Process::builder().name("started").start(|| {
        let child = fork_by_hand();
        if child == 0 {
            let me = current();
            let own = process::id().to_string() == me.pid().to_string();
            log.send(format!("{} {own} {:?} {}", me.name(), parent(), active_children().len()));
            exit_by_hand();
        }
        reap_by_hand(child);
        log.send(current().name());
    });
    started.unwrap().join().unwrap();
    assert_eq!(log.receive("the process forked by hand"), "MainProcess true None 0");
    assert_eq!(log.receive("the process that was started"), "started");
}

fn fork_by_hand() -> i32 {
    // SAFETY: the test process has one thread, so the child may run any code.
    let child = unsafe { libc::fork() };
    assert!(child >= 0, "fork: {}", std::io::Error::last_os_error());
    child
}

fn exit_by_hand() -> ! {
    // SAFETY: _exit has no requirement.
    unsafe { libc::_exit(0) }
}

fn reap_by_hand(child: i32) {
    // SAFETY: a null status pointer is allowed.
    assert_eq!(unsafe { libc::waitpid(child, std::ptr::null_mut(), 0) }, child);
}
