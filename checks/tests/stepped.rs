//! Real processes, one shared access at a time.

#[path = "stepped/explores.rs"]
mod explores;
#[path = "stepped/registers.rs"]
mod registers;
#[path = "stepped/tracing.rs"]
mod tracing;

use std::process::ExitCode;

fn main() -> ExitCode {
    forkstep_checks::watchdog::run(
        [explores::trials(), registers::trials(), tracing::trials()]
            .into_iter()
            .flatten()
            .collect(),
    )
}
