//! Ten classic bugs are each found with as many preemptions as are said, and not with fewer; in
//! their mended versions nothing is found.

use forkstep_checks::report::Verdict;
use forkstep_checks::stepped::scenarios::{Classic, classics};
use forkstep_checks::stepped::{Limits, Scenario, Strategy, explore};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("each_classic_bug_is_found_at_its_bound", each_bug_is_found),
        trial("no_mended_classic_is_wrong", no_mended_one_is_wrong),
    ]
}

fn verdict(scenario: &Scenario, preemptions: Option<usize>) -> Verdict {
    let limits = Limits { preemptions, ..Limits::default() };
    let report = explore(scenario, &limits, Strategy::Bounded, &mut |_| ()).expect("explored");
    let wrong = report.counterexample.map(|found| found.wrong);
    println!("{} {preemptions:?}: {:?} {wrong:?}", scenario.name(), report.verdict);
    report.verdict
}

fn each_bug_is_found() {
    for Classic { bug, bound, .. } in classics() {
        if let Some(fewer) = bound.checked_sub(1) {
            assert_eq!(verdict(&bug, Some(fewer)), Verdict::Holds, "{bug:?}");
        }
        assert_eq!(verdict(&bug, Some(bound)), Verdict::Violated, "{bug:?}");
    }
}

fn no_mended_one_is_wrong() {
    for Classic { mended, .. } in classics() {
        assert_eq!(verdict(&mended, None), Verdict::Holds, "{mended:?}");
    }
}
