//! What was written down is followed to the same execution.

use forkstep::{Lock, Value};
use forkstep_checks::stepped::{
    Choice, Limits, Log, Machine, Scenario, Schedule, Segment, Sites, Strategy, Word, explore,
};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("a_schedule_that_was_written_down_is_followed", is_followed),
        trial("a_death_that_was_written_down_is_followed", deaths_are_followed),
        trial("what_no_longer_fits_is_said", no_longer_fits),
    ]
}

/// Participants that add so often, each time by reading and then writing.
fn adders(times: usize) -> Scenario {
    let add = move |number: &Value<u64>, log: &Log<'_>| {
        for _ in 0..times {
            log.call("add", || number.store(number.get() + 1));
        }
    };
    Scenario::builder("lost-update", || Value::new(0).expect("memory"))
        .participant("adder", add)
        .participant("adder", add)
        .afterwards(move |number, log| {
            if number.get() != 2 * times as u64 {
                log.fail("an addition is lost");
            }
        })
        .words(Word::all_of)
        .build()
}

fn is_followed() {
    let (scenario, sites) = (adders(2), Sites::of_this_program().expect("sites"));
    let limits = Limits { crashes: 0, ..Limits::default() };
    let report = explore(&scenario, &limits, Strategy::Bounded, &mut |_| ()).expect("explored");
    let found = report.counterexample.expect("an addition is lost");
    let mut machine = Machine::new(&scenario).expect("a machine");
    let segments = machine.write_down(&found.choices, &sites).expect("possible");
    let schedule = Schedule { scenario: "lost-update".to_owned(), segments, ..Schedule::default() };
    let text = schedule.to_string();
    assert!(text.contains(" `value` in `word::"), "{text}");
    let read: Schedule = text.parse().expect("it was written so");
    assert_eq!(read, schedule);
    let followed = machine.follow(&read.segments, &sites).expect("the same execution");
    assert_eq!(followed, found.choices);
    assert_eq!(machine.trace(), found.trace);
}

/// Also in the middle of taking a lock, wherever the death comes.
fn deaths_are_followed() {
    let hold = |lock: &Lock, log: &Log<'_>| log.call("hold", || drop(lock.acquire()));
    let scenario = Scenario::builder("lock", || Lock::new().expect("memory"))
        .participant("owner", hold)
        .participant("owner", hold)
        .words(Word::all_of)
        .build();
    let sites = Sites::of_this_program().expect("sites");
    let mut machine = Machine::new(&scenario).expect("a machine");
    // After a death, what a machine counts as a step is what it does for deaths.
    machine.follow(&[Segment::Crash(1)], &sites).expect("anybody can die");
    for steps in 0..8 {
        let mut choices = vec![Choice::Step(0); steps];
        choices.extend([Choice::Crash(0), Choice::Step(1), Choice::Step(1)]);
        let segments = machine.write_down(&choices, &sites).expect("possible");
        let trace = machine.trace().to_vec();
        assert_eq!(machine.follow(&segments, &sites), Ok(choices), "{segments:?}");
        assert_eq!(machine.trace(), trace);
    }
}

fn no_longer_fits() {
    let (long, sites) = (adders(2), Sites::of_this_program().expect("sites"));
    let mut machine = Machine::new(&long).expect("a machine");
    let segments = machine.write_down(&[Choice::Step(0); 3], &sites).expect("possible");
    drop(machine);
    let short = adders(1);
    let mut machine = Machine::new(&short).expect("a machine");
    let error = machine.follow(&segments, &sites).expect_err("it ends before");
    assert!(error.starts_with("segment 1 (`run P0 until hit 2 of write `value` in"), "{error}");
    assert!(error.ends_with("P0 has ended before that, after 1 of 2 hits"), "{error}");
}
