//! Handles that a fork has copied: only the parent may use them.

use forkstep::process::{ExitStatus, JoinError, Process, SignalError, active_children};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

use crate::pipe::Pipe;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("handle_of_a_sibling_is_inert", handle_of_a_sibling_is_inert),
        trial("handle_watches_a_parent", handle_watches_a_parent),
    ]
}

fn handle_of_a_sibling_is_inert() {
    let (log, go, ended) = (Pipe::new(), Pipe::new(), Pipe::new());
    let elder = Process::start(|| {
        go.receive("the order to end");
        3
    })
    .unwrap();
    let younger = Process::start(|| {
        assert_eq!(elder.join(), Err(JoinError::NotParent));
        assert_eq!(elder.terminate(), Err(SignalError::NotParent));
        assert_eq!(elder.kill(), Err(SignalError::NotParent));
        assert_eq!(elder.exit_code(), None);
        assert!(elder.is_alive());
        assert!(active_children().is_empty());
        log.send("asked");
        ended.receive("the elder's end");
        assert!(!elder.is_alive());
        assert_eq!(elder.exit_code(), None, "the status is for the parent");
    })
    .unwrap();
    assert_eq!(log.receive("the younger's questions"), "asked");
    go.send("go");
    assert_eq!(elder.join(), Ok(ExitStatus::Exited(3)));
    ended.send("the elder has ended");
    assert_eq!(younger.join(), Ok(ExitStatus::Exited(0)));
}

fn handle_watches_a_parent() {
    let log = Pipe::new();
    let go = Pipe::new();
    let parent = Process::start(|| {
        let me = Process::of_current().unwrap();
        let watcher = Process::start(|| {
            log.send(std::process::id());
            log.send(me.is_alive());
            go.receive("the parent's end");
            log.send(me.is_alive());
        });
        let _watcher = watcher.unwrap();
        loop {
            std::thread::park();
        }
    })
    .unwrap();
    let watcher = log.receive_number("the watcher's pid");
    assert_eq!(log.receive("a look at the parent"), "true");
    parent.kill().unwrap();
    parent.join().unwrap();
    go.send("go");
    assert_eq!(log.receive("a look at the dead parent"), "false");
    assert_eq!(crate::orphan::reap_orphan(watcher), 0);
}
