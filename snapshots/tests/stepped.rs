//! What a counterexample of stepped processes looks like, as a picture and as a file. They are
//! stepped on x86-64 alone.

use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(target_arch = "x86_64")]
    let trials = vec![naive_tickets::trial()];
    #[cfg(not(target_arch = "x86_64"))]
    let trials = Vec::new();
    forkstep_checks::watchdog::run(trials)
}

#[cfg(target_arch = "x86_64")]
mod naive_tickets {
    use forkstep_checks::stepped::scenarios::scenarios;
    use forkstep_checks::stepped::{Limits, Sites, Strategy, explore};

    pub(crate) fn trial() -> libtest_mimic::Trial {
        forkstep_checks::watchdog::trial("naive_tickets_are_oversold", are_oversold)
    }

    fn are_oversold() {
        let all = scenarios();
        let naive = all.iter().find(|scenario| scenario.name() == "tickets-naive");
        let naive = naive.expect("there is one");
        let report = explore(naive, &Limits::default(), Strategy::Bounded, &mut |_| ());
        let found = report.expect("explored").counterexample.expect("it is oversold");
        let sites = Sites::of_this_program().expect("the kernel says where the program lies");
        let picture = found.text(naive, &sites, "forkstep replay tickets-naive.schedule", false);
        assert!(picture.lines().count() <= 40, "short enough to be read:\n{picture}");
        insta::assert_snapshot!("tickets", picture);
        let schedule = found.schedule(naive, &sites).expect("it is written down");
        insta::assert_snapshot!("tickets_schedule", schedule.to_string());
    }
}
