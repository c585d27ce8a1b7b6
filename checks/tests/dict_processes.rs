//! The dict on real processes: drawn plans with kills, the deaths that the design names one by one,
//! and the lesson on a shared dict (L13).
//!
//! `FORKSTEP_PLANS` says how many plans are drawn, `FORKSTEP_SEED` from which seed.

#[path = "lock_processes/drawn.rs"]
mod drawn;
#[path = "dict_processes/plans.rs"]
mod plans;

use std::process::ExitCode;

fn main() -> ExitCode {
    let topics = [plans::trials()];
    forkstep_checks::watchdog::run(topics.into_iter().flatten().collect())
}
