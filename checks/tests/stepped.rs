//! Real processes, one shared access at a time.

#[path = "stepped/explores.rs"]
mod explores;

use std::process::ExitCode;

fn main() -> ExitCode {
    forkstep_checks::watchdog::run(explores::trials())
}
