//! Drawn plans, and planted bugs that they must find.

use forkstep_checks::dict::plans::{Planted, check_plans};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

use crate::drawn;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("planted_update_in_two_steps_is_found", || {
            expect_found(Planted::UpdatesInTwoSteps, &[ORDER]);
        }),
        trial("planted_remove_of_nothing_is_found", || {
            expect_found(Planted::PretendsToRemove, &[ORDER, "says that it is new"]);
        }),
        trial("planted_torn_values_are_found", || {
            expect_found(Planted::TearsValues, &["is spoilt", ORDER]);
        }),
        trial("planted_memory_of_reads_is_found", || {
            expect_found(Planted::RemembersReads, &[ORDER]);
        }),
        trial("planted_set_after_comparison_is_found", || {
            expect_found(Planted::ComparesAndThenSets, &[ORDER]);
        }),
        trial("planted_clear_of_all_but_one_is_found", || {
            expect_found(Planted::SparesAKey, &[ORDER]);
        }),
        trial("planted_hang_is_found", || {
            expect_found(Planted::NeverEnds, &["hung"]);
        }),
        drawn::plans(check_plans, Planted::Nothing),
    ]
}

const ORDER: &str = "is not linearizable";

fn expect_found(planted: Planted, words: &[&str]) {
    drawn::expect_found(check_plans, planted, words);
}
