//! The dict on real processes: drawn plans with kills, the deaths that the design names one by one,
//! and the lesson on a shared dict (L13).
//!
//! `FORKSTEP_PLANS` says how many plans are drawn, `FORKSTEP_SEED` from which seed.

#[path = "lessons/capture.rs"]
mod capture;
#[path = "dict_processes/deaths.rs"]
mod deaths;
#[path = "lock_processes/drawn.rs"]
mod drawn;
#[path = "dict_processes/lessons.rs"]
mod lessons;
#[path = "dict_processes/lists.rs"]
mod lists;
#[path = "dict_processes/long_values.rs"]
mod long_values;
#[path = "dict_processes/plans.rs"]
mod plans;
#[path = "dict_processes/readers.rs"]
mod readers;
#[path = "dict_processes/refusals.rs"]
mod refusals;
#[path = "lock_processes/victims.rs"]
mod victims;

use std::process::ExitCode;

fn main() -> ExitCode {
    let topics = [
        deaths::trials(),
        readers::trials(),
        refusals::trials(),
        lessons::trials(),
        lists::trials(),
        plans::trials(),
    ];
    forkstep_checks::watchdog::run(topics.into_iter().flatten().collect())
}
