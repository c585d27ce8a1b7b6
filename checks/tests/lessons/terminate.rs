//! L7 terminate: nothing is cleaned up, grandchildren become orphans. And no signal ever hits a
//! stranger.

use std::fs;
use std::io;
use std::os::unix::process::parent_id;
use std::process;

use forkstep::process::{ExitStatus, Process};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

use crate::orphan::reap_orphan;
use crate::pipe::{Pipe, wait_for_end_of};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("l7_grandchild_becomes_an_orphan", grandchild_becomes_an_orphan),
        trial("l7_terminate_runs_no_destructor", terminate_runs_no_destructor),
        trial("l7_a_process_that_is_gone_gets_no_signal", gone_process_gets_no_signal),
    ]
}

fn grandchild_becomes_an_orphan() {
    let (log, question) = (Pipe::new(), Pipe::new());
    let (life, held) = io::pipe().unwrap();
    let child = Process::start(|| {
        let grandchild = Process::start(|| {
            let _held = held;
            log.send(process::id());
            log.send(parent_id());
            question.receive("a question after the parent's end");
            log.send(parent_id());
        });
        grandchild.unwrap().join().unwrap();
    })
    .unwrap();
    let grandchild = log.receive_number("the grandchild's pid");
    assert_eq!(log.receive_number::<i32>("its parent"), child.pid());

    child.terminate().unwrap();
    assert_eq!(child.join(), Ok(ExitStatus::Killed(15)));
    question.send("who is your parent now?");
    assert_eq!(log.receive_number::<u32>("its new parent"), process::id());
    wait_for_end_of(life, "the grandchild's end");
    assert_eq!(reap_orphan(grandchild), 0);
}

fn terminate_runs_no_destructor() {
    struct Tidy<'a>(&'a Pipe);

    impl Drop for Tidy<'_> {
        fn drop(&mut self) {
            self.0.send("tidied up");
        }
    }

    let (log, never) = (Pipe::new(), Pipe::new());
    let start = || {
        Process::start(|| {
            let _tidy = Tidy(&log);
            log.send("working");
            never.receive("an order");
        })
        .unwrap()
    };
    let terminated = start();
    assert_eq!(log.receive("the first to work"), "working");
    terminated.terminate().unwrap();
    terminated.join().unwrap();
    let orderly = start();
    assert_eq!(log.receive("the second to work"), "working", "the first has not tidied up");
    never.send("end");
    orderly.join().unwrap();
    assert_eq!(log.receive("the second to tidy up"), "tidied up");
}

/// The number of a process that was reaped is free again. Where the kernel lets the test choose
/// the next number, a bystander really gets the old one; the assertions hold either way.
fn gone_process_gets_no_signal() {
    let (log, question) = (Pipe::new(), Pipe::new());
    let gone = Process::start(|| ()).unwrap();
    gone.join().unwrap();
    let _ = fs::write("/proc/sys/kernel/ns_last_pid", (gone.pid() - 1).to_string());
    let bystander = Process::start(|| {
        question.receive("a question after the signals");
        log.send("unharmed");
    })
    .unwrap();

    gone.terminate().unwrap();
    gone.kill().unwrap();
    assert_eq!((gone.is_alive(), gone.join()), (false, Ok(ExitStatus::Exited(0))));
    question.send("how are you?");
    assert_eq!(log.receive("the bystander's answer"), "unharmed");
    assert_eq!(bystander.join(), Ok(ExitStatus::Exited(0)));
}
