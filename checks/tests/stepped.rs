//! Real processes, one shared access at a time.

#[path = "stepped/classics.rs"]
mod classics;
#[path = "stepped/deaths.rs"]
mod deaths;
#[path = "stepped/explores.rs"]
mod explores;
#[path = "stepped/litmus.rs"]
mod litmus;

use std::process::ExitCode;

fn main() -> ExitCode {
    let trials = [explores::trials(), classics::trials(), litmus::trials(), deaths::trials()];
    forkstep_checks::watchdog::run(trials.into_iter().flatten().collect())
}
