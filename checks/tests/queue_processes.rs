//! The queue on real processes: drawn plans with kills, the deaths that the design names one by
//! one, and the lessons on queues (L16 and L17).
//!
//! `FORKSTEP_PLANS` says how many plans are drawn, `FORKSTEP_SEED` from which seed.

#[path = "lessons/capture.rs"]
mod capture;
#[path = "queue_processes/deaths.rs"]
mod deaths;
#[path = "lock_processes/drawn.rs"]
mod drawn;
#[path = "queue_processes/lessons.rs"]
mod lessons;
#[path = "queue_processes/plans.rs"]
mod plans;
#[path = "queue_processes/refusals.rs"]
mod refusals;
#[path = "lock_processes/victims.rs"]
mod victims;

use std::process::ExitCode;

fn main() -> ExitCode {
    let topics = [deaths::trials(), refusals::trials(), lessons::trials(), plans::trials()];
    forkstep_checks::watchdog::run(topics.into_iter().flatten().collect())
}
