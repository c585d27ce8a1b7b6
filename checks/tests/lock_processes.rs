//! The lock on real processes: drawn plans with kills, the deaths that the design names one by one,
//! the lessons on locks (L7 to L9), and what a guard means in another process.
//!
//! `FORKSTEP_PLANS` says how many plans are drawn, `FORKSTEP_SEED` from which seed.

#[path = "lock_processes/contenders.rs"]
mod contenders;
#[path = "lock_processes/deaths.rs"]
mod deaths;
#[path = "lock_processes/drawn.rs"]
mod drawn;
#[path = "lock_processes/errors.rs"]
mod errors;
#[path = "lock_processes/guards.rs"]
mod guards;
#[path = "lock_processes/lessons.rs"]
mod lessons;
#[path = "lessons/pipe.rs"]
mod pipe;
#[path = "lock_processes/plans.rs"]
mod plans;
#[path = "lock_processes/victims.rs"]
mod victims;
#[path = "lock_processes/woken.rs"]
mod woken;

use std::collections::BTreeSet;
use std::process::ExitCode;

fn main() -> ExitCode {
    let before = shared_memory_objects();
    let topics = [
        deaths::trials(),
        woken::trials(),
        guards::trials(),
        errors::trials(),
        lessons::trials(),
        plans::trials(),
    ];
    let code = forkstep_checks::watchdog::run(topics.into_iter().flatten().collect());
    let after = shared_memory_objects();
    let left: Vec<&String> = after.difference(&before).collect();
    assert!(left.is_empty(), "the tests left shared memory objects behind: {left:?}");
    code
}

/// Lists what has a name in shared memory and could be the library's: others use it too.
fn shared_memory_objects() -> BTreeSet<String> {
    let Ok(entries) = std::fs::read_dir("/dev/shm") else { return BTreeSet::new() };
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.contains("forkstep")).collect()
}
