//! How much is explored: a smaller number is a failure, not a speed-up.

use std::fmt::Write;

use forkstep_checks::check::{Level, checks};
use forkstep_checks::litmus::{on_loom, on_shuttle, table};
use forkstep_checks::report::Verdict;
use forkstep_model::sys::model::Cure;

#[test]
fn executions_and_crash_points_of_every_model() {
    let mut text = String::new();
    for check in checks(&[], Level::Quick).into_iter().filter(|check| !check.forks()) {
        let line = check.line(&mut |_| {});
        assert_eq!(line.verdict, Verdict::Holds, "{line}");
        writeln!(text, "{line}\n").expect("a String takes everything");
    }
    insta::assert_snapshot!("models", text);
}

#[test]
fn executions_and_outcomes_of_every_litmus_program() {
    let mut text = String::new();
    for litmus in table() {
        writeln!(text, "{}", litmus.name).expect("a String takes everything");
        for cure in [Cure::None, Cure::Loads] {
            let found = (0..litmus.threads.len())
                .map(|main| on_loom(litmus, cure, main).expect("the search ends"))
                .map(|found| format!("{} in {}", found.outcomes.len(), found.executions));
            let found: Vec<_> = found.collect();
            writeln!(text, "  loom, companions for {cure:?}: {}", found.join("; "))
                .expect("a String takes everything");
        }
        if !litmus.waits {
            let found = on_shuttle(litmus);
            writeln!(text, "  shuttle: {} in {}", found.outcomes.len(), found.executions)
                .expect("a String takes everything");
        }
    }
    insta::assert_snapshot!("litmus", text);
}
