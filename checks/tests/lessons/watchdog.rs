//! The watchdog itself: it must bark, and say why.

use std::panic;
use std::thread;
use std::time::Duration;

use forkstep::process::Process;
use forkstep_checks::watchdog::{guarded, trial, waiting_for};
use libtest_mimic::Trial;

/// More than any good body below needs; the hung ones are given less.
const AMPLE: Duration = Duration::from_secs(30);

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("watchdog_names_what_a_hung_test_waited_for", hung_test),
        trial("watchdog_kills_the_children_of_a_hung_test", children_of_a_hung_test),
        trial("watchdog_reports_a_panic_and_a_kill", panic_and_kill),
        trial("watchdog_finds_what_was_left_behind", left_behind),
    ]
}

fn forever() -> ! {
    loop {
        thread::park();
    }
}

fn hung_test() {
    let outcome = guarded(Duration::from_millis(50), || {
        waiting_for("the moon");
        forever();
    });
    assert_eq!(outcome, Err("hung for 50ms: was waiting for the moon".to_owned()));
}

fn children_of_a_hung_test() {
    let (life, held) = std::io::pipe().unwrap();
    let outcome = guarded(Duration::from_millis(50), move || {
        let _held = held;
        let child = Process::start(|| Process::start(|| forever()).unwrap().join().map(|_| ()));
        let _child = child.unwrap();
        forever();
    });
    assert_eq!(outcome, Err("hung for 50ms: it left no note".to_owned()));
    crate::pipe::wait_for_end_of(life, "the child and the grandchild to be killed");
}

fn panic_and_kill() {
    panic::set_hook(Box::new(|_| ())); // the message is wanted in the report, not in the output
    let outcome = guarded(AMPLE, || panic!("on purpose: {}", 1));
    assert_eq!(outcome, Err("failed: on purpose: 1".to_owned()));
    let outcome = guarded(AMPLE, || std::process::abort());
    assert_eq!(outcome, Err("killed by signal 6: it left no note".to_owned()));
}

fn left_behind() {
    panic::set_hook(Box::new(|_| ()));
    let outcome = guarded(AMPLE, || drop(Process::start(|| forever()).unwrap()));
    let text = outcome.unwrap_err();
    assert!(text.starts_with("failed: children that the test did not join"), "{text}");
    let fine = guarded(AMPLE, || assert!(Process::start(|| ()).unwrap().join().unwrap().success()));
    assert_eq!(fine, Ok(()));
}
