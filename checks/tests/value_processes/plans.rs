//! Drawn plans, and planted bugs that they must find.

use forkstep_checks::value::plans::{Planted, check_plans};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

use crate::drawn;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("planted_loss_of_additions_is_found", || {
            expect_found(Planted::LosesAdditions, &["lost or made-up additions"]);
        }),
        trial("planted_second_addition_is_found", || {
            expect_found(Planted::AddsTwice, &["lost or made-up additions"]);
        }),
        trial("planted_torn_value_is_found", || {
            expect_found(Planted::TearsValues, &["torn"]);
        }),
        trial("planted_old_value_is_found", || {
            expect_found(Planted::SetsOldValues, &["out of order", "old", "after that"]);
        }),
        trial("planted_addition_without_the_lock_is_found", || {
            expect_found(Planted::AddsWithoutLock, &["lost or made-up additions to an element"]);
        }),
        trial("planted_hang_is_found", || {
            expect_found(Planted::NeverReleases, &["hung"]);
        }),
        drawn::plans(check_plans, Planted::Nothing),
    ]
}

fn expect_found(planted: Planted, words: &[&str]) {
    drawn::expect_found(check_plans, planted, words);
}
