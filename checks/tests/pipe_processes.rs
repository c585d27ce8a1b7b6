//! Pipes and the simple queue on real processes: deaths, ends that are shared, inherited and
//! closed, refusals, and the lessons on pipes (L19 and L20).

#[path = "lessons/capture.rs"]
mod capture;
#[path = "pipe_processes/deaths.rs"]
mod deaths;
#[path = "pipe_processes/ends.rs"]
mod ends;
#[path = "pipe_processes/inherited.rs"]
mod inherited;
#[path = "pipe_processes/lessons.rs"]
mod lessons;
#[path = "pipe_processes/long_send.rs"]
mod long_send;
#[path = "pipe_processes/refusals.rs"]
mod refusals;
#[path = "pipe_processes/simple_queue.rs"]
mod simple_queue;
#[path = "lock_processes/victims.rs"]
mod victims;

use std::process::ExitCode;

fn main() -> ExitCode {
    let topics = [
        deaths::trials(),
        long_send::trials(),
        ends::trials(),
        inherited::trials(),
        refusals::trials(),
        simple_queue::trials(),
        lessons::trials(),
    ];
    forkstep_checks::watchdog::run(topics.into_iter().flatten().collect())
}
