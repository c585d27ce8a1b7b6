//! Real processes, one shared access at a time.

#[path = "stepped/explores.rs"]
mod explores;
#[path = "stepped/replays.rs"]
mod replays;

use std::process::ExitCode;

fn main() -> ExitCode {
    let trials = [explores::trials(), replays::trials()];
    forkstep_checks::watchdog::run(trials.into_iter().flatten().collect())
}
