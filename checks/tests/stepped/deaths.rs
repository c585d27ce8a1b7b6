//! Every scenario of a primitive is right without deaths and one preemption, and with any one death
//! and none.

use forkstep_checks::report::Verdict;
use forkstep_checks::stepped::scenarios::scenarios;
use forkstep_checks::stepped::{Expect, Limits, Strategy, explore};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("scenarios_that_hold_do_with_one_preemption", one_preemption),
        trial("scenarios_that_hold_do_with_one_death", one_death),
        // These have more steps than all others together.
        trial("queues_of_tasks_hold_with_one_death", one_death_of_tasks),
    ]
}

fn one_preemption() {
    let limits = Limits { preemptions: Some(1), ..Limits::default() };
    all_hold(&limits, |_| true);
}

const ONE_DEATH: Limits =
    Limits { preemptions: Some(0), crashes: 1, reduction: true, steps: 20_000, budget: None };

fn one_death() {
    all_hold(&ONE_DEATH, |name| !name.starts_with("joinable-queue"));
}

fn one_death_of_tasks() {
    all_hold(&ONE_DEATH, |name| name.starts_with("joinable-queue"));
}

fn all_hold(limits: &Limits, is_asked_for: fn(&str) -> bool) {
    // The classics are made for executions in which nobody dies.
    let of_a_primitive = |name: &str| !name.starts_with("bug-");
    let is_wanted = |name: &str| of_a_primitive(name) && is_asked_for(name);
    let all = scenarios().into_iter().filter(|scenario| is_wanted(scenario.name()));
    for scenario in all.filter(|scenario| scenario.expect() == Expect::Holds) {
        let report = explore(&scenario, limits, Strategy::Bounded, &mut |_| ()).expect("explored");
        println!("{}: {:?} in {:?}", scenario.name(), report.figures, report.elapsed);
        let wrong = report.counterexample.map(|found| found.wrong);
        assert_eq!((report.verdict, wrong), (Verdict::Holds, None), "{scenario:?}");
    }
}
