//! On one processor.

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

/// Keeps this thread, and all that are forked meanwhile, on one processor: handing over to a tracee
/// there takes a quarter of the time that it takes across processors.
#[derive(Debug)]
pub(super) struct Pinned(Option<CpuSet>);

impl Pinned {
    pub(super) fn to_one_processor() -> Self {
        let this = Pid::from_raw(0);
        let Ok(before) = sched_getaffinity(this) else { return Self(None) };
        let mut one = CpuSet::new();
        let last = (0..CpuSet::count()).rev().find(|cpu| before.is_set(*cpu).unwrap_or(false));
        let set = last.is_some_and(|cpu| one.set(cpu).is_ok());
        if set && sched_setaffinity(this, &one).is_ok() { Self(Some(before)) } else { Self(None) }
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            // What was allowed before is allowed now.
            let _ = sched_setaffinity(Pid::from_raw(0), before);
        }
    }
}
