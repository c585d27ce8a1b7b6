//! Litmus programs: stepping finds the outcomes of sequential consistency, all of them and no
//! others, and as many schedules as there are.

use std::collections::BTreeSet;

use forkstep_checks::litmus::{Litmus, Outcome as Registers};
use forkstep_checks::stepped::scenarios::litmus::{independent, outcome, programs, scenario};
use forkstep_checks::stepped::{Explorer, Figures, Limits, Machine, Outcome, Scenario, Sight};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("litmus_outcomes_are_the_sequential_ones", outcomes_are_the_sequential_ones),
        trial("the_reduction_loses_no_litmus_outcome", the_reduction_loses_none),
        trial("independent_participants_have_c_2n_n_schedules", independent_schedules),
    ]
}

/// Explores all schedules: what came out, and what it took.
fn explore(scenario: &Scenario, reduction: bool) -> (BTreeSet<Registers>, Figures) {
    let limits = Limits { preemptions: None, reduction, ..Limits::default() };
    let mut machine = Machine::new(scenario).expect("a machine");
    let mut explorer = Explorer::new(&mut machine, limits);
    let mut outcomes = BTreeSet::new();
    let explored = explorer.run(&mut |sight| {
        if let Sight::Leaf(machine) = sight {
            outcomes.insert(outcome(&machine.history()).expect("all have ended"));
        }
    });
    assert_eq!(explored, Ok(Outcome::Holds), "{scenario:?}");
    (outcomes, explorer.figures())
}

fn sequential(litmus: &Litmus) -> BTreeSet<Registers> {
    litmus.sequential.iter().map(|outcome| outcome.to_vec()).collect()
}

fn outcomes_are_the_sequential_ones() {
    for litmus in programs() {
        let (outcomes, figures) = explore(&scenario(litmus), true);
        println!("{}: {figures:?}", litmus.name);
        assert_eq!(outcomes, sequential(&litmus), "{}", litmus.name);
    }
}

fn the_reduction_loses_none() {
    // Who waits for others in a loop has no end of schedules.
    for litmus in programs().into_iter().filter(|litmus| !litmus.waits) {
        let scenario = scenario(litmus);
        let ((all, most), (reduced, fewer)) = (explore(&scenario, false), explore(&scenario, true));
        assert_eq!(reduced, all, "{}", litmus.name);
        assert!(fewer.executions <= most.executions, "{}: {fewer:?}", litmus.name);
    }
}

fn independent_schedules() {
    for (writes, schedules) in [(1, 2), (2, 6), (3, 20), (4, 70), (5, 252)] {
        let (_, figures) = explore(&independent(writes), false);
        assert_eq!(figures.executions, schedules, "{writes} writes each");
    }
}
