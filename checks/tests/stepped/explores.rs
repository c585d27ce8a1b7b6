//! Small scenarios are explored to their end, and what is wrong is found.

use forkstep::{Lock, Value};
use forkstep_checks::stepped::{Explorer, Limits, Log, Machine, Outcome, Scenario};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("a_lost_update_is_found_with_one_preemption", a_lost_update_is_found),
        trial("a_lock_holds", a_lock_holds),
    ]
}

fn lost_update() -> Scenario {
    let add = |number: &Value<u64>, log: &Log<'_>| {
        log.call("add", || number.set(number.get() + 1).is_ok());
    };
    Scenario::builder("lost-update", || Value::new(0).expect("memory"))
        .shows("an addition is lost between reading and writing")
        .participant("adder", add)
        .participant("adder", add)
        .afterwards(|number, log| {
            let sum = number.get();
            if sum != 2 {
                log.fail(&format!("two additions make {sum}"));
            }
        })
        .fails()
        .build()
}

fn lock() -> Scenario {
    let add = |(lock, number): &(Lock, Value<u64>), log: &Log<'_>| {
        log.call("add", || {
            let _guard = match lock.acquire() {
                Ok(guard) => guard,
                Err(forkstep::AcquireError::OwnerDied(guard)) => guard.mark_consistent(),
                Err(error) => panic!("{error}"),
            };
            let old = number.get();
            number.set(old + 1).expect("set");
        });
    };
    Scenario::builder("lock", || (Lock::new().expect("memory"), Value::new(0_u64).expect("memory")))
        .participant("adder", add)
        .participant("adder", add)
        .build()
}

fn explore(scenario: &Scenario, limits: Limits) -> Outcome {
    let mut machine = Machine::new(scenario).expect("a machine");
    let start = std::time::Instant::now();
    let mut explorer = Explorer::new(&mut machine, limits.clone());
    let outcome = explorer.run(&mut |_| ()).expect("explored");
    let figures = explorer.figures();
    println!("{} {limits:?}: {outcome:?}\n{figures:?} {:?}", scenario.name(), start.elapsed());
    if let Outcome::Violated { .. } = &outcome {
        for event in machine.trace() {
            println!("{event:x?}");
        }
    }
    outcome
}

fn a_lost_update_is_found() {
    let scenario = lost_update();
    let none = explore(&scenario, Limits { preemptions: Some(0), ..Limits::default() });
    assert_eq!(none, Outcome::Holds);
    let one = explore(&scenario, Limits { preemptions: Some(1), ..Limits::default() });
    assert!(matches!(one, Outcome::Violated { .. }));
}

fn a_lock_holds() {
    for crashes in [0, 1] {
        for preemptions in [Some(0), Some(1), Some(2), None] {
            let limits = Limits { preemptions, crashes, ..Limits::default() };
            assert_eq!(explore(&lock(), limits), Outcome::Holds);
        }
    }
}
