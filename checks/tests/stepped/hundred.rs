//! Schedules that fail are written down, and fail in the same way when they are repeated.

use forkstep::{AcquireError, Lock, Value};
use forkstep_checks::stepped::scenarios::scenarios;
use forkstep_checks::stepped::{
    Expect, Limits, Log, Machine, Scenario, Schedule, Sites, Word, draw_one, replay, stress,
};
use forkstep_checks::watchdog::{trial, waiting_for};
use libtest_mimic::Trial;
use std::time::Duration;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("random_failures_are_repeated_1_to_50", || random_failures_are_repeated(0..50)),
        trial("random_failures_are_repeated_51_to_100", || random_failures_are_repeated(50..100)),
        trial("free_runs_of_a_lock_are_right", free_runs_of_a_lock_are_right),
        trial("free_runs_that_do_not_end_are_wrong", free_runs_that_do_not_end_are_wrong),
    ]
}

/// Nobody repairs what a dead owner leaves.
fn without_repair() -> Scenario {
    let add = |(lock, pair): &(Lock, [Value<u64>; 2]), log: &Log<'_>| {
        log.call("add", || {
            let _guard = match lock.acquire() {
                Ok(guard) => guard,
                Err(AcquireError::OwnerDied(guard)) => guard.mark_consistent(),
                Err(error) => panic!("{error}"),
            };
            pair.iter().for_each(|number| number.store(number.get() + 1));
        });
    };
    let number = || Value::new(0_u64).expect("memory");
    Scenario::builder("no-repair", move || (Lock::new().expect("memory"), [number(), number()]))
        .participant("adder", add)
        .participant("adder", add)
        .afterwards(|(_, [left, right]), log| {
            if left.get() != right.get() {
                log.fail(&format!("{} on the left, {} on the right", left.get(), right.get()));
            }
        })
        .words(|(lock, _)| Word::all_of(lock))
        .build()
}

/// Of all hundred, those of these numbers.
fn random_failures_are_repeated(numbers: std::ops::Range<usize>) {
    let sites = Sites::of_this_program().expect("sites");
    let mut failing: Vec<_> =
        scenarios().into_iter().filter(|one| one.expect() == Expect::Fails).collect();
    failing.push(without_repair());
    let (mut seed, mut deaths) = (10_000 * numbers.start as u64, 0);
    let first = seed;
    for number in numbers.clone() {
        let scenario = &failing[number % failing.len()];
        let crashes = usize::from(scenario.name() == "no-repair");
        waiting_for(&format!("a schedule of {} that fails", scenario.name()));
        let limits = Limits { preemptions: None, crashes, ..Limits::default() };
        let mut machine = Machine::new(scenario).expect("a machine");
        let found = loop {
            seed += 1;
            if let Some(found) = draw_one(&mut machine, &limits, seed, &sites).expect("drawn") {
                break found;
            }
        };
        drop(machine);
        let text = found.schedule(scenario, &sites).expect("written").to_string();
        let schedule: Schedule = text.parse().expect("it was written so");
        let again = replay(scenario, &schedule, &sites).expect("it fits").expect("it fails again");
        assert_eq!(again.wrong, found.wrong, "{text}");
        let picture = |seen: &forkstep_checks::stepped::Counterexample| {
            seen.text(scenario, &sites, "replay", false)
        };
        assert_eq!(picture(&again), picture(&found), "{text}");
        deaths += found.crashes;
    }
    let (all, drawn) = (numbers.len(), seed - first);
    println!("{all} of {all}, out of {drawn} schedules drawn, with {deaths} deaths");
    assert!(deaths > 0);
}

fn free_runs_of_a_lock_are_right() {
    let all = scenarios();
    let lock = all.iter().find(|one| one.name() == "lock").expect("there is one");
    let done = stress(lock, Duration::from_millis(200)).expect("forked");
    assert!(done.runs > 0 && done.wrong == 0, "{done:?}");
}

fn free_runs_that_do_not_end_are_wrong() {
    let scenario = Scenario::builder("no-end", || Value::new(0_u64).expect("memory"))
        .participant("waits", |number, _| while number.get() == 0 {})
        .build();
    let done = stress(&scenario, Duration::from_millis(1)).expect("forked");
    assert_eq!((done.runs, done.wrong), (1, 1));
}
