//! The queue of tasks on real processes: drawn plans with kills, a long run, the deaths that the
//! design names one by one, and lesson L18.
//!
//! `FORKSTEP_PLANS` says how many plans are drawn, `FORKSTEP_SEED` from which seed,
//! `FORKSTEP_TASKS` how many tasks the long run has.

#[path = "lessons/capture.rs"]
mod capture;
#[path = "joinable_queue_processes/deaths.rs"]
mod deaths;
#[path = "lock_processes/drawn.rs"]
mod drawn;
#[path = "joinable_queue_processes/ends.rs"]
mod ends;
#[path = "joinable_queue_processes/lessons.rs"]
mod lessons;
#[path = "lessons/orphan.rs"]
mod orphan;
#[path = "joinable_queue_processes/plans.rs"]
mod plans;
#[path = "joinable_queue_processes/refusals.rs"]
mod refusals;
#[path = "lock_processes/victims.rs"]
mod victims;

use std::process::ExitCode;

fn main() -> ExitCode {
    let topics =
        [deaths::trials(), ends::trials(), refusals::trials(), lessons::trials(), plans::trials()];
    forkstep_checks::watchdog::run(topics.into_iter().flatten().collect())
}
