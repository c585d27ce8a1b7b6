//! What a counterexample tells as source are lines of whoever uses atomics and futexes, however
//! much of the standard library and of forkstep's seam was inlined on the way.

use std::collections::BTreeSet;

use forkstep::{Lock, Queue};
use forkstep_checks::stepped::{Limits, Machine, Scenario, Sites, What, draw_one};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("sources_are_forksteps_own", sources_are_forksteps_own)]
}

/// A lock, and a get that may sleep; wrong in every schedule.
fn handed_over() -> Scenario {
    let set_up = || (Lock::new().expect("memory"), Queue::<u64>::new(1).expect("memory"));
    Scenario::builder("handed-over", set_up)
        .participant("giver", |(lock, queue), log| {
            log.call("put", || {
                drop(lock.acquire());
                queue.put(&7).is_ok()
            });
        })
        .participant("taker", |(lock, queue), log| {
            log.call("get", || {
                drop(lock.acquire());
                queue.get().ok()
            });
        })
        .afterwards(|(lock, _), log| {
            // A step that comes last: what is said without one is said before everything.
            drop(lock.acquire());
            log.fail("it is to be shown");
        })
        .build()
}

fn sources_are_forksteps_own() {
    let (scenario, sites) = (handed_over(), Sites::of_this_program().expect("sites"));
    let mut machine = Machine::new(&scenario).expect("a machine");
    let mut files = BTreeSet::new();
    let limits = Limits { preemptions: None, ..Limits::default() };
    for seed in 1..=20 {
        let found = draw_one(&mut machine, &limits, seed, &sites).expect("drawn");
        for event in found.expect("it is always wrong").trace {
            if matches!(event.what, What::Access { .. } | What::Wait { .. } | What::Wake { .. }) {
                let site = sites.of_event(&event).expect("an instruction is somewhere");
                files.insert(site.file.clone());
            }
        }
    }
    for file in ["core/src/lock/word.rs", "core/src/eventcount.rs"] {
        assert!(files.contains(file), "{file} is none of {files:?}");
    }
    let foreign =
        |file: &&String| !file.starts_with("core/src/") || file.starts_with("core/src/sys");
    assert_eq!(files.iter().find(foreign), None);
}
