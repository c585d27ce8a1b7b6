//! Regions with names: unrelated programs that make, open, own, use and leave them, and are killed
//! while they do.
//!
//! `FORKSTEP_KILLS` says how often a partner of the pair of examples is killed, `FORKSTEP_SEED` at
//! which moments.

#[path = "named_regions/calls.rs"]
mod calls;
#[path = "named_regions/command.rs"]
mod command;
#[path = "named_regions/creation.rs"]
mod creation;
#[path = "named_regions/deaths.rs"]
mod deaths;
#[path = "named_regions/dice.rs"]
mod dice;
#[path = "named_regions/kinds.rs"]
mod kinds;
#[path = "named_regions/names.rs"]
mod names;
#[path = "lessons/orphan.rs"]
mod orphan;
#[path = "named_regions/ownership.rs"]
mod ownership;
#[path = "named_regions/pair.rs"]
mod pair;
#[path = "named_regions/programs.rs"]
mod programs;
#[path = "named_regions/refusals.rs"]
mod refusals;
#[path = "lock_processes/victims.rs"]
mod victims;

use std::process::ExitCode;

fn main() -> ExitCode {
    if programs::is_asked_for() {
        programs::run_as_asked();
        return ExitCode::SUCCESS;
    }
    names::begin();
    let topics = [
        creation::trials(),
        kinds::trials(),
        refusals::trials(),
        ownership::trials(),
        deaths::trials(),
        command::trials(),
        pair::trials(),
    ];
    forkstep_checks::watchdog::run(topics.into_iter().flatten().collect())
}
