//! The same scenario with nobody in its way: processes that run free, as a stress test has them.
//!
//! For comparison: what is found by waiting for chance, and what that costs.

#![allow(unsafe_code, reason = "forks")]

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork};

use super::alarm::{Alarm, PATIENCE};
use super::journal::{Journal, Kind};
use super::scenario::{Scenario, Stage};

/// What free runs came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stress {
    /// How often the scenario was run.
    pub runs: u64,
    /// How often a participant, or what runs afterwards, said that something is wrong.
    pub wrong: u64,
    /// The processor time of all processes.
    pub processor_time: Duration,
}

/// Runs a scenario again and again, each time with all participants at once, until the processor
/// time is used up; nobody is killed. Judges of histories are not asked: no order was observed.
///
/// This process must have one thread: it forks. A run in which somebody does not end for 10 seconds
/// is wrong, and its participants are killed.
///
/// # Errors
///
/// The kernel refuses memory or processes.
pub fn stress(scenario: &Scenario, processor_time: Duration) -> Result<Stress, String> {
    let _alarm = Alarm::new();
    let before = used()?;
    let mut done = Stress::default();
    while done.processor_time < processor_time {
        done.runs += 1;
        done.wrong += u64::from(is_wrong(scenario)?);
        done.processor_time = used()?.saturating_sub(before);
    }
    Ok(done)
}

fn is_wrong(scenario: &Scenario) -> Result<bool, String> {
    let journal = Journal::new(scenario.lanes())?;
    let stage = scenario.play.clone().set_up();
    let participants = scenario.roles.len();
    let mut ended_well = run_all(0..participants, &*stage, &journal)?;
    ended_well &= run_all(participants..scenario.lanes(), &*stage, &journal)?;
    let failures = (0..scenario.lanes())
        .any(|lane| journal.entries(lane, 0).iter().any(|entry| entry.kind == Kind::Failure));
    Ok(failures || !ended_well)
}

/// Runs these at the same time; says whether all ended well.
fn run_all(
    lanes: std::ops::Range<usize>,
    stage: &dyn Stage,
    journal: &Journal,
) -> Result<bool, String> {
    let mut children = Vec::new();
    for lane in lanes {
        // SAFETY: this process has one thread, which the caller was asked for.
        match unsafe { fork() }.map_err(|errno| format!("fork: {errno}"))? {
            ForkResult::Parent { child } => children.push(child),
            ForkResult::Child => {
                drop(take_hook());
                set_hook(Box::new(|_| ()));
                let log = journal.log(lane);
                let ran = catch_unwind(AssertUnwindSafe(|| stage.run(lane, &log)));
                // SAFETY: `_exit` has no requirement.
                unsafe { libc::_exit(i32::from(ran.is_err())) }
            }
        }
    }
    let mut well = true;
    let mut seconds = 0;
    while let Some(child) = children.last().copied() {
        match waitpid(child, None) {
            Ok(status) => {
                well &= matches!(status, WaitStatus::Exited(_, 0));
                children.pop();
            }
            // The alarm: a second is over.
            Err(Errno::EINTR) if seconds < PATIENCE => seconds += 1,
            Err(Errno::EINTR) => {
                for child in &children {
                    // Who is gone already is found by the next wait.
                    let _ = kill(*child, Signal::SIGKILL);
                }
            }
            Err(errno) => return Err(format!("waitpid: {errno}")),
        }
    }
    Ok(well)
}

/// The processor time of this process and of those children that have ended.
fn used() -> Result<Duration, String> {
    let of = |who| {
        let usage = getrusage(who).map_err(|errno| format!("getrusage: {errno}"))?;
        let part = |time: nix::sys::time::TimeVal| {
            Duration::new(time.tv_sec() as u64, time.tv_usec() as u32 * 1_000)
        };
        Ok::<_, String>(part(usage.user_time()) + part(usage.system_time()))
    };
    Ok(of(UsageWho::RUSAGE_SELF)? + of(UsageWho::RUSAGE_CHILDREN)?)
}
