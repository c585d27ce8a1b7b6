//! Drawn plans, planted bugs that they must find, and a long run.

use std::time::Duration;

use forkstep_checks::joinable_queue::long_run;
use forkstep_checks::joinable_queue::plans::{Planted, check_plans};
use forkstep_checks::watchdog::{guarded, trial};
use libtest_mimic::Trial;

use crate::drawn;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("planted_pretence_of_being_done_is_found", || {
            expect_found(Planted::PretendsToBeDone, &["was done, but came back"]);
        }),
        trial("planted_silence_on_a_task_is_found", || {
            expect_found(Planted::HidesTasks, &["and 0 came", "came", "nobody saw"]);
        }),
        trial("planted_second_put_is_found", || {
            expect_found(Planted::PutsTwice, &["put once and came from two positions", "begun"]);
        }),
        trial("planted_put_of_nothing_is_found", || {
            expect_found(Planted::PretendsToPut, &["is lost", "was put", "join says"]);
        }),
        trial("planted_early_return_of_a_join_is_found", || {
            expect_found(Planted::JoinsEarly, &["a join, or closed, came before"]);
        }),
        trial("planted_hang_is_found", || {
            expect_found(Planted::NeverEnds, &["hung"]);
        }),
        Trial::test("long_run", || {
            let tasks = drawn::from_environment("FORKSTEP_TASKS", 5000);
            let limit = Duration::from_secs(120) + tasks * Duration::from_millis(10);
            Ok(guarded(limit, || hold_long(tasks))?)
        }),
        drawn::plans(check_plans, Planted::Nothing),
    ]
}

fn hold_long(tasks: u32) {
    match long_run::run(tasks, &mut |_| {}) {
        Ok(run) => {
            assert!(run.kills > 0, "{run}");
            println!("{run}");
        }
        Err(text) => panic!("{text}"),
    }
}

fn expect_found(planted: Planted, words: &[&str]) {
    drawn::expect_found(check_plans, planted, words);
}
