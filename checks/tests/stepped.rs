//! Real processes, one shared access at a time.

#[path = "stepped/agreement.rs"]
mod agreement;
#[path = "stepped/classics.rs"]
mod classics;
#[path = "stepped/deaths.rs"]
mod deaths;
#[path = "stepped/explores.rs"]
mod explores;
#[path = "stepped/hundred.rs"]
mod hundred;
#[path = "stepped/litmus.rs"]
mod litmus;
#[path = "stepped/registers.rs"]
mod registers;
#[path = "stepped/replays.rs"]
mod replays;
#[path = "stepped/tracing.rs"]
mod tracing;

use std::process::ExitCode;

fn main() -> ExitCode {
    let trials = [
        agreement::trials(),
        classics::trials(),
        deaths::trials(),
        explores::trials(),
        hundred::trials(),
        litmus::trials(),
        registers::trials(),
        replays::trials(),
        tracing::trials(),
    ];
    forkstep_checks::watchdog::run(trials.into_iter().flatten().collect())
}
