//! Regions that are corrupted and used all the same: errors and wrong data, but no fault, no panic,
//! no hang.
//!
//! `FORKSTEP_CORRUPTIONS` says how many corruptions are made, `FORKSTEP_SEED` from which seed, and
//! `FORKSTEP_SCRIPT` which script is executed alone.

use std::env;
use std::process::ExitCode;
use std::time::Duration;

use forkstep_checks::corruption::{
    Planted, QUICK, SEED, check_corruptions, check_planted, check_scripts,
};
use forkstep_checks::watchdog::guarded;
use libtest_mimic::Trial;

fn main() -> ExitCode {
    let trials = vec![
        planted("planted_fault_is_found", Planted::FollowsOffsets, "killed by signal 11"),
        planted("planted_panic_is_found", Planted::Indexes, "index out of bounds"),
        planted("planted_greed_is_found", Planted::AsksForMemory, "killed by signal 6"),
        planted("planted_hang_is_found", Planted::Waits, "hung"),
        Trial::test("script", || match env::var("FORKSTEP_SCRIPT") {
            Ok(script) => Ok(within(60, move || check_scripts(&script).map(drop))?),
            Err(_) => Ok(()),
        }),
        Trial::test("corruptions", || {
            let corruptions = from_environment("FORKSTEP_CORRUPTIONS", QUICK);
            let seed = from_environment("FORKSTEP_SEED", SEED);
            let check = move || {
                let sum = check_corruptions(corruptions, seed, &mut |_| {})?;
                println!("seed {seed}: {sum}");
                Ok(())
            };
            Ok(within(300 + corruptions / 20, check)?)
        }),
    ];
    forkstep_checks::watchdog::run(trials)
}

fn within(seconds: u64, check: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    guarded(Duration::from_secs(seconds), || {
        if let Err(text) = check() {
            println!("{text}");
            panic!("{text}");
        }
    })
}

fn planted(name: &str, planted: Planted, words: &'static str) -> Trial {
    Trial::test(name, move || {
        let found = move || {
            let text = check_planted(SEED, planted).expect_err("a planted bug is found");
            assert!(text.contains(words), "{text}");
            Ok(())
        };
        Ok(within(120, found)?)
    })
}

/// Reads a number that the environment may say.
fn from_environment(name: &str, default: u64) -> u64 {
    match env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")),
        Err(_) => default,
    }
}
