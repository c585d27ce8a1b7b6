//! Real processes, one shared access at a time.

#[path = "stepped/classics.rs"]
mod classics;
#[path = "stepped/deaths.rs"]
mod deaths;
#[path = "stepped/explores.rs"]
mod explores;
#[path = "stepped/litmus.rs"]
mod litmus;
#[path = "stepped/replays.rs"]
mod replays;

use std::process::ExitCode;

fn main() -> ExitCode {
    let trials = [classics::trials(), deaths::trials(), explores::trials(), litmus::trials(), replays::trials()];
    forkstep_checks::watchdog::run(trials.into_iter().flatten().collect())
}
