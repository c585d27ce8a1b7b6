//! Small scenarios are explored to their end, and what is wrong is found.

use forkstep::{AcquireError, Lock, Value};
use forkstep_checks::report::Verdict;
use forkstep_checks::stepped::kill::{every_instruction, kill};
use forkstep_checks::stepped::{Limits, Log, Report, Scenario, Strategy, explore};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("a_lost_update_is_found_with_one_preemption", a_lost_update_is_found),
        trial("a_lock_holds_with_a_death", a_lock_holds_with_a_death),
        trial("a_spin_lock_ends", a_spin_lock_ends),
        trial("no_instruction_is_missed", no_instruction_is_missed),
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
                Err(AcquireError::OwnerDied(guard)) => guard.mark_consistent(),
                Err(error) => panic!("{error}"),
            };
            number.set(number.get() + 1).expect("set");
        });
    };
    Scenario::builder("lock", || (Lock::new().expect("memory"), Value::new(0_u64).expect("memory")))
        .participant("adder", add)
        .participant("adder", add)
        .build()
}

fn run(scenario: &Scenario, limits: &Limits, strategy: Strategy) -> Report {
    let report = explore(scenario, limits, strategy, &mut |_| ()).expect("explored");
    println!("{}: {:?} {:?} {:?}", report.bound, report.verdict, report.figures, report.elapsed);
    if let Some(found) = &report.counterexample {
        println!(
            "{} {:?} critical {:?} from {}",
            found.wrong, found.choices, found.critical, found.first_found
        );
    }
    report
}

fn a_lost_update_is_found() {
    let scenario = lost_update();
    let none = Limits { preemptions: Some(0), ..Limits::default() };
    assert_eq!(run(&scenario, &none, Strategy::Bounded).verdict, Verdict::Holds);
    for strategy in [
        Strategy::Bounded,
        Strategy::Random { seed: 1, schedules: None },
        Strategy::Pct { seed: 1, schedules: None, depth: 2 },
    ] {
        let report = run(&scenario, &Limits::default(), strategy);
        let found = report.counterexample.expect("found");
        assert_eq!(found.preemptions, 1);
    }
}

fn a_lock_holds_with_a_death() {
    for preemptions in [Some(2), None] {
        let limits = Limits { preemptions, crashes: 1, ..Limits::default() };
        assert_eq!(run(&lock(), &limits, Strategy::Bounded).verdict, Verdict::Holds);
    }
}

fn a_spin_lock_ends() {
    let add = |(lock, number): &(Value<u64>, Value<u64>), log: &Log<'_>| {
        log.call("add", || {
            while lock.compare_exchange(0, 1).is_err() {}
            number.set(number.get() + 1).expect("set");
            lock.set(0).expect("set");
        });
    };
    let two = || (Value::new(0_u64).expect("memory"), Value::new(0_u64).expect("memory"));
    let scenario = Scenario::builder("spin", two)
        .participant("adder", add)
        .participant("adder", add)
        .afterwards(|(_, number), log| {
            if number.get() != 2 {
                log.fail("lost");
            }
        })
        .build();
    for preemptions in [Some(2), None] {
        let limits = Limits { preemptions, ..Limits::default() };
        assert_eq!(run(&scenario, &limits, Strategy::Bounded).verdict, Verdict::Holds);
    }
}

fn no_instruction_is_missed() {
    println!("{:?}", every_instruction(&lock(), 0));
    println!("{:#?}", kill(&lock(), None, &mut |_| ()));
}
