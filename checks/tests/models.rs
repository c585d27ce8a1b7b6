//! Every check that runs in a model, as a test of its own: `cargo test --test models -- lock`.

use std::process::ExitCode;

use forkstep_checks::check::{Check, Level, checks};
use forkstep_checks::report::Verdict;
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let checks = checks(&[], Level::Quick).into_iter().filter(|check| !check.forks());
    libtest_mimic::run(&Arguments::from_args(), checks.map(trial).collect()).exit_code()
}

fn trial(check: Check) -> Trial {
    Trial::test(format!("{}: {}", check.subject, check.property), move || {
        let line = check.line(&mut |_| {});
        if line.verdict == Verdict::Holds { Ok(()) } else { Err(Failed::from(line.to_string())) }
    })
}
