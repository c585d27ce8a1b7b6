//! Known answers for the model backend: it finds what is there, and says so when it gave up.

#![allow(unsafe_code, reason = "a scenario with a data race has to make one")]

use std::sync::Arc;

use forkstep_checks::backend::model::{Bounds, Counterexample, Failure, explore};
use forkstep_checks::crash::{Checked, Faults, check};
use forkstep_checks::scenario::Scenario;
use forkstep_model::atomic::{AtomicU32, Ordering};
use forkstep_model::cell::UnsafeCell;
use forkstep_model::sys::model::{Crash, Plan, Run, What};
use forkstep_model::sys::{Until, WaitOutcome, futex_wait, futex_wake_all};

/// Two words, a cell and a program for each participant.
struct Small {
    programs: &'static [fn(&Words)],
    judge: fn(&Words),
}

struct Words {
    x: AtomicU32,
    y: AtomicU32,
    cell: UnsafeCell<u32>,
}

impl Scenario for Small {
    type Shared = Words;

    fn roles(&self) -> Vec<&'static str> {
        ["first", "second", "third"][..self.programs.len()].to_vec()
    }

    fn set_up(&self) -> Words {
        Words {
            x: AtomicU32::named(0, "x"),
            y: AtomicU32::named(0, "y"),
            cell: UnsafeCell::named(0, "cell"),
        }
    }

    fn run(&self, participant: usize, words: &Words) {
        (self.programs[participant])(words);
    }

    fn judge(&self, words: &Words, _run: &Run) {
        (self.judge)(words);
    }
}

const ALL: Bounds = Bounds { preemptions: None, executions: 100_000 };

fn nothing(_: &Words) {}

fn add_twice(words: &Words) {
    words.x.fetch_add(1, Ordering::Relaxed);
    words.y.fetch_add(1, Ordering::Relaxed);
}

/// Wakes without having changed the word that the other waits for.
fn forget_to_set(words: &Words) {
    futex_wake_all(&words.x);
}

fn wait_for_x(words: &Words) {
    while words.x.load(Ordering::Acquire) == 0 {
        futex_wait(&words.x, 0, Until { ns: 1_000_000, backstop: true });
    }
}

fn set_and_wake(words: &Words) {
    words.x.fetch_add(1, Ordering::Release);
    futex_wake_all(&words.x);
}

fn write_cell(words: &Words) {
    // SAFETY: not safe at all: two participants do this at once, which is what loom must see.
    words.cell.with_mut(|value| unsafe { *value += 1 });
}

fn explore_plan(small: Small, plan: Plan, bounds: Bounds) -> Result<usize, Failure> {
    let participants = small.programs.len();
    let order: Vec<usize> = (0..participants).collect();
    let plan = Plan { participants, ..plan };
    explore(&Arc::new(small), &plan, &order, bounds).map(|explored| explored.executions)
}

fn counterexample(small: Small) -> Counterexample {
    match explore_plan(small, Plan::default(), ALL) {
        Err(Failure::Counterexample(found)) => *found,
        other => panic!("a counterexample was expected: {other:?}"),
    }
}

#[test]
fn a_search_that_is_given_up_is_unfinished_and_no_success() {
    let small = Small { programs: &[add_twice, add_twice], judge: nothing };
    let bounds = Bounds { executions: 2, ..ALL };
    let result = explore_plan(small, Plan::default(), bounds);
    assert!(matches!(result, Err(Failure::Unfinished { executions: 2 })), "{result:?}");
}

#[test]
fn a_search_is_the_same_every_time_also_after_a_counterexample() {
    let count = || {
        let small = Small { programs: &[add_twice, add_twice], judge: nothing };
        explore_plan(small, Plan::default(), ALL).expect("nothing is wrong")
    };
    let before = count();
    let found = counterexample(Small { programs: &[add_twice], judge: |_| panic!("as planned") });
    assert_eq!((found.message.as_str(), found.execution), ("as planned", 1));
    assert_eq!(count(), before);
}

#[test]
fn a_lost_wake_up_is_a_deadlock() {
    let found = counterexample(Small { programs: &[wait_for_x, forget_to_set], judge: nothing });
    assert!(found.message.starts_with("deadlock"), "{}", found.message);
    let sleeps = |event: &_| matches!(event, What::Sleep { word: "x" });
    assert!(found.trace.iter().any(|event| sleeps(&event.what)), "{:?}", found.trace);
}

#[test]
fn a_wake_up_that_is_not_lost_is_none() {
    let small = Small { programs: &[wait_for_x, set_and_wake], judge: nothing };
    explore_plan(small, Plan::default(), ALL).expect("the waiter is woken or never sleeps");
}

#[test]
fn a_wait_for_the_dead_is_stuck_even_with_a_backstop() {
    let small = Small { programs: &[wait_for_x, set_and_wake], judge: nothing };
    let crashes = vec![Crash { participant: 1, step: 1 }];
    let plan = Plan { crashes, backstop: true, ..Plan::default() };
    match explore_plan(small, plan, ALL) {
        Err(Failure::Counterexample(found)) => {
            assert!(found.message.starts_with("stuck: P0"), "{}", found.message);
            assert!(found.trace.iter().any(|event| event.what == What::Crash));
        }
        other => panic!("nobody sets x any more: {other:?}"),
    }
}

#[test]
fn a_backstop_helps_where_only_the_wake_is_lost() {
    let small = Small { programs: &[wait_for_x, set_and_wake], judge: nothing };
    // Dies between the change and the wake.
    let crashes = vec![Crash { participant: 1, step: 2 }];
    let plan = Plan { crashes, backstop: true, ..Plan::default() };
    explore_plan(small, plan, ALL).expect("the waiter looks again at its backstop");
}

#[test]
fn a_data_race_is_found() {
    let found = counterexample(Small { programs: &[write_cell, write_cell], judge: nothing });
    assert!(found.message.contains("Causality violation"), "{}", found.message);
}

#[test]
fn a_participant_that_goes_on_for_ever_is_a_livelock() {
    fn turn(words: &Words) {
        while words.y.load(Ordering::Relaxed) == 0 {}
    }
    let found = counterexample(Small { programs: &[turn], judge: nothing });
    assert!(found.message.starts_with("livelock"), "{}", found.message);
}

#[test]
fn every_step_is_a_crash_point_and_every_pair_of_steps_a_second_one() {
    let small = Arc::new(Small { programs: &[add_twice, add_twice], judge: nothing });
    let faults = Faults { crashes: 2, ..Faults::default() };
    let done = check(&small, faults, ALL, &mut |_| {}).expect("nothing is wrong");
    let Checked { shared_steps, crash_points, second_crash_points, .. } = done;
    assert_eq!((shared_steps, crash_points), (4, 4), "two roles of two steps");
    // Each pair once, from whichever side it comes first.
    assert_eq!(second_crash_points, 4);
}

#[test]
fn a_dead_participant_does_nothing_more_not_even_in_its_destructors() {
    struct Late<'a>(&'a AtomicU32);
    impl Drop for Late<'_> {
        fn drop(&mut self) {
            self.0.store(7, Ordering::Relaxed);
        }
    }
    fn die_with_a_destructor(words: &Words) {
        let _late = Late(&words.y);
        words.x.fetch_add(1, Ordering::Relaxed);
        words.x.fetch_add(1, Ordering::Relaxed);
    }
    let judge = |words: &Words| {
        assert_eq!(words.x.load(Ordering::Relaxed), 1, "died in front of its second step");
        assert_eq!(words.y.load(Ordering::Relaxed), 0, "SIGKILL runs no destructor");
    };
    let small = Small { programs: &[die_with_a_destructor], judge };
    let crashes = vec![Crash { participant: 0, step: 2 }];
    explore_plan(small, Plan { crashes, ..Plan::default() }, ALL).expect("it is dead");
}

#[test]
fn all_ends_of_a_wait_are_seen() {
    use std::sync::Mutex;
    static SEEN: Mutex<Vec<WaitOutcome>> = Mutex::new(Vec::new());
    fn wait_once(words: &Words) {
        let outcome = futex_wait(&words.x, 0, Until { ns: 9, backstop: false });
        SEEN.lock().expect("no panics").push(outcome);
    }
    let small = Arc::new(Small { programs: &[wait_once, set_and_wake], judge: nothing });
    let faults = Faults { interrupts: true, time_outs: true, ..Faults::default() };
    check(&small, faults, ALL, &mut |_| {}).expect("nothing is wrong");
    let seen = SEEN.lock().expect("no panics");
    use WaitOutcome::{Interrupted, Mismatch, TimedOut, Woken};
    for outcome in [Woken, Mismatch, Interrupted, TimedOut] {
        assert!(seen.contains(&outcome), "{outcome:?} is missing");
    }
}
