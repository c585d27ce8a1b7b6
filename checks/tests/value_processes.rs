//! The value and the array on real processes: readers beside writers, writers that are killed,
//! counters that lose nothing, what is refused, drawn plans, and the lessons L12, L15 and L21.
//!
//! `FORKSTEP_PLANS` says how many plans are drawn, `FORKSTEP_SEED` from which seed.

#[path = "value_processes/bounds.rs"]
mod bounds;
#[path = "lessons/capture.rs"]
mod capture;
#[path = "value_processes/counts.rs"]
mod counts;
#[path = "value_processes/deaths.rs"]
mod deaths;
#[path = "lock_processes/drawn.rs"]
mod drawn;
#[path = "value_processes/lessons.rs"]
mod lessons;
#[path = "value_processes/plans.rs"]
mod plans;
#[path = "value_processes/readers.rs"]
mod readers;
#[path = "value_processes/refusals.rs"]
mod refusals;
#[path = "lock_processes/victims.rs"]
mod victims;

use std::process::ExitCode;

fn main() -> ExitCode {
    let topics = [
        readers::trials(),
        deaths::trials(),
        counts::trials(),
        bounds::trials(),
        refusals::trials(),
        lessons::trials(),
        plans::trials(),
    ];
    forkstep_checks::watchdog::run(topics.into_iter().flatten().collect())
}
