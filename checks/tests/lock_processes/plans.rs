//! Drawn plans, and planted bugs that they must find.

use forkstep_checks::lock::plans::{Planted, check_plans};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

use crate::drawn;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("planted_entry_without_the_lock_is_found", || {
            expect_found(Planted::EntersWithoutLock, &["mutual exclusion", "torn"]);
        }),
        trial("planted_silence_on_a_death_is_found", || {
            expect_found(Planted::HidesOwnerDied, &["owner died is not reported"]);
        }),
        trial("planted_loss_of_increments_is_found", || {
            expect_found(Planted::LosesIncrements, &["lost or made-up"]);
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
