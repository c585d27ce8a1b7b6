//! Drawn plans, and planted bugs that they must find.

use std::env;
use std::str::FromStr;
use std::time::Duration;

use forkstep_checks::queue::plans::{Planted, QUICK, SEED, check_plans, check_planted};
use forkstep_checks::watchdog::{guarded, trial};
use libtest_mimic::Trial;

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
        Trial::test("plans", || {
            let plans = from_environment("FORKSTEP_PLANS", QUICK);
            // A plan that hangs is found by its own limit, and shrunk; this one is for the rest.
            let limit = Duration::from_secs(120) + plans * Duration::from_millis(500);
            Ok(guarded(limit, || hold(plans, from_environment("FORKSTEP_SEED", SEED)))?)
        }),
    ]
}

fn from_environment<N: FromStr>(name: &str, default: N) -> N {
    match env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")),
        Err(_) => default,
    }
}

fn hold(plans: u32, seed: u64) {
    match check_plans(plans, seed, &mut |_| {}) {
        Ok(checked) => println!("seed {seed}: {checked:?}"),
        Err(text) => panic!("{text}"),
    }
}

fn expect_found(planted: Planted, words: &[&str]) {
    let text = check_planted(QUICK, SEED, planted).expect_err("a planted bug is found");
    assert!(words.iter().any(|word| text.contains(word)), "{text}");
}
