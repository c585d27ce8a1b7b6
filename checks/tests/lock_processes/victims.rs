//! Processes that sleep, are killed, or are waited for, as the tests need them again and again.

use std::thread;

use forkstep::process::{ExitStatus, Process};
use forkstep_checks::backend::processes::Sight;
use forkstep_checks::watchdog::waiting_for;

/// Sleeps until somebody kills this process.
pub(crate) fn wait_to_be_killed() -> ! {
    loop {
        thread::park();
    }
}

/// Kills a process and reaps it.
pub(crate) fn kill(process: &Process) {
    process.kill().unwrap();
    waiting_for("the end of a process that was killed");
    assert_eq!(process.join(), Ok(ExitStatus::Killed(9)));
}

/// Waits for the end of a process that ends well.
pub(crate) fn join(process: &Process) {
    waiting_for(&format!("{} to end", process.name()));
    assert_eq!(process.join(), Ok(ExitStatus::Exited(0)), "{}", process.name());
}

/// Returns once the process sleeps on a futex: who does nothing but acquire is queued then.
pub(crate) fn wait_until_asleep(process: &Process) {
    waiting_for(&format!("{} to sleep", process.name()));
    while !Sight::of(process.pid()).is_asleep_in_futex() {
        assert!(process.is_alive(), "{} ended instead of sleeping", process.name());
        thread::yield_now();
    }
}
