//! The lessons on queues: L16, a queue step by step, and L17, producers and consumers. The programs
//! are the library's examples; here their transcripts are judged.

use std::collections::BTreeSet;

use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

use crate::capture::capture;

#[path = "../../../core/examples/l16_queue.rs"]
mod l16_queue;
#[path = "../../../core/examples/l17_cooks.rs"]
mod l17_cooks;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("l16_queue_step_by_step", queue_step_by_step),
        trial("l17_cooks_and_eaters", cooks_and_eaters),
    ]
}

const STEPS: &str = "\
put a: 1 of 3
put b: 2 of 3
put c: 3 of 3
try to put d: the queue is full
put d within a moment: the queue is full
get a: there is room for d
get b: 2 left
get c: 1 left
get d: 0 left
try to get: the queue is empty
get within a moment: the queue is empty
get e: it was worth the wait
put g: the queue is closed; no more items are accepted
get f
get: the queue is closed and empty
";

fn queue_step_by_step() {
    let (text, status) = capture(1, || l16_queue::main().unwrap());
    assert_eq!(text, STEPS);
    assert!(status.success());
}

fn cooks_and_eaters() {
    let (text, status) = capture(1, || l17_cooks::main().unwrap());
    assert!(status.success(), "{text}");
    let (first, second) = text.split_once("the first dinner is over\n").unwrap();
    let (second, _) = second.split_once("the second dinner is over\n").unwrap();
    expect_dinner(first, "has got an end mark");
    expect_dinner(second, "has found the queue closed");
}

/// Every dish is cooked once and eaten once, and both eaters learn of the end.
fn expect_dinner(text: &str, end: &str) {
    let dishes = |verb: &str| {
        let all: Vec<&str> = text.lines().filter_map(|l| Some(l.split_once(verb)?.1)).collect();
        assert_eq!(all.len(), 30, "{verb}: {text}");
        all.into_iter().collect::<BTreeSet<_>>()
    };
    let (cooked, eaten) = (dishes(" has cooked "), dishes(" has eaten "));
    assert_eq!(cooked.len(), 30);
    assert_eq!(cooked, eaten);
    assert_eq!(text.lines().filter(|line| line.ends_with(end)).count(), 2, "{text}");
    assert_eq!(text.lines().count(), 62, "{text}");
}
