//! Drawn plans, and planted bugs that they must find.

use forkstep_checks::queue::plans::{Planted, check_plans};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

use crate::drawn;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("planted_loss_of_items_is_found", || {
            expect_found(Planted::LosesItems, &["items are lost"]);
        }),
        trial("planted_second_put_is_found", || {
            expect_found(Planted::PutsTwice, &["received twice", "empty items were received"]);
        }),
        trial("planted_damage_is_found", || {
            expect_found(Planted::SpoilsItems, &["is spoilt", "is nobody's"]);
        }),
        trial("planted_disorder_is_found", || {
            expect_found(
                Planted::SwapsItems,
                &["out of order", "is spoilt", "is nobody's", "but not put"],
            );
        }),
        trial("planted_put_of_nothing_is_found", || {
            expect_found(Planted::PretendsToPut, &["items are lost", "was put"]);
        }),
        trial("planted_hang_is_found", || {
            expect_found(Planted::NeverEnds, &["hung"]);
        }),
        drawn::plans(check_plans, Planted::Nothing),
    ]
}

fn expect_found(planted: Planted, words: &[&str]) {
    drawn::expect_found(check_plans, planted, words);
}
