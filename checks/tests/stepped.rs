//! Real processes, one shared access at a time. They are stepped on x86-64 alone: elsewhere there
//! is nothing to test.

#[cfg(target_arch = "x86_64")]
#[path = "stepped/topics.rs"]
mod topics;

use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(target_arch = "x86_64")]
    let trials = topics::trials();
    #[cfg(not(target_arch = "x86_64"))]
    let trials = Vec::new();
    forkstep_checks::watchdog::run(trials)
}
