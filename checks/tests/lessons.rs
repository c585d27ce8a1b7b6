//! The lessons on processes, L1 to L7, L23 and L24, and what the library adds to them: each claim
//! is a test on real processes, named after its lesson.

#[path = "lessons/attributes.rs"]
mod attributes;
#[path = "lessons/capture.rs"]
mod capture;
#[path = "lessons/daemon.rs"]
mod daemon;
#[path = "lessons/inherited.rs"]
mod inherited;
#[path = "lessons/join.rs"]
mod join;
#[path = "lessons/orphan.rs"]
mod orphan;
#[path = "lessons/pipe.rs"]
mod pipe;
#[path = "lessons/refusal.rs"]
mod refusal;
#[path = "lessons/start.rs"]
mod start;
#[path = "lessons/stdio.rs"]
mod stdio;
#[path = "lessons/terminate.rs"]
mod terminate;
#[path = "lessons/watchdog.rs"]
mod watchdog;

use std::process::ExitCode;

fn main() -> ExitCode {
    let topics = [
        start::trials(),
        join::trials(),
        attributes::trials(),
        daemon::trials(),
        terminate::trials(),
        inherited::trials(),
        stdio::trials(),
        refusal::trials(),
        watchdog::trials(),
    ];
    forkstep_checks::watchdog::run(topics.into_iter().flatten().collect())
}
