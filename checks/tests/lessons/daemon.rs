//! L6 daemon: dies with its parent, whatever ends that; may not have children.

use std::io;
use std::thread;

use forkstep::process::{ExitStatus, Process, StartError, current};
use forkstep_checks::watchdog::{trial, waiting_for};
use libtest_mimic::Trial;

use crate::orphan::reap_orphan;
use crate::pipe::{Pipe, wait_for_end_of};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("l6_daemon_dies_when_its_parent_exits", || daemon_dies_with_its_parent(false)),
        trial("l6_daemon_dies_when_its_parent_is_killed", || daemon_dies_with_its_parent(true)),
        trial("l6_daemon_may_not_start_children", daemon_may_not_start_children),
        trial("l6_daemon_ends_like_any_other", daemon_ends_like_any_other),
    ]
}

/// A parent with a daemon and another child, each of which holds a pipe for as long as it lives.
fn daemon_dies_with_its_parent(by_kill: bool) {
    let (log, go) = (Pipe::new(), Pipe::new());
    let (living, question, answer) = (Pipe::new(), Pipe::new(), Pipe::new());
    let (daemon_life, daemon_held) = io::pipe().unwrap();
    let (other_life, other_held) = io::pipe().unwrap();

    let parent = Process::start(|| {
        // The parent's own copies go with the closures, so that only the children hold the pipes.
        let daemon = Process::builder().daemon(true).start(|| {
            let _held = daemon_held;
            living.send(current().is_daemon());
            loop {
                thread::park();
            }
        });
        let other = Process::start(|| {
            let _held = other_held;
            question.receive("a question after the parent's end");
            answer.send("I go on");
        });
        assert_eq!(living.receive("the daemon to live"), "true");
        log.send(daemon.unwrap().pid());
        log.send(other.unwrap().pid());
        go.receive("the order to end");
    })
    .unwrap();

    let daemon = log.receive_number("the daemon's pid");
    let other = log.receive_number("the other's pid");
    if by_kill {
        parent.kill().unwrap()
    } else {
        go.send("go")
    }
    let expected = if by_kill { ExitStatus::Killed(9) } else { ExitStatus::Exited(0) };
    waiting_for("the parent's end");
    assert_eq!(parent.join(), Ok(expected));

    wait_for_end_of(daemon_life, "the daemon's end");
    assert_eq!(reap_orphan(daemon), libc::SIGKILL, "the kernel has killed it");
    question.send("do you live?");
    assert_eq!(answer.receive("the other child's answer"), "I go on");
    wait_for_end_of(other_life, "the other child's end");
    assert_eq!(reap_orphan(other), 0, "an orderly end");
}

fn daemon_may_not_start_children() {
    let log = Pipe::new();
    let daemon = Process::builder().daemon(true).start(|| {
        let error = Process::start(|| ()).unwrap_err();
        log.send(format!("{error:?}: {error}"));
    });
    let daemon = daemon.unwrap();
    assert!(daemon.is_daemon());
    daemon.join().unwrap();
    let expected = StartError::DaemonMayNotStart;
    let text = "a daemon process may not start children";
    assert_eq!(log.receive("the daemon's error"), format!("{expected:?}: {text}"));
}

fn daemon_ends_like_any_other() {
    let daemon = Process::builder().name("d").daemon(true).start(|| 4).unwrap();
    assert_eq!(daemon.join(), Ok(ExitStatus::Exited(4)));
}
