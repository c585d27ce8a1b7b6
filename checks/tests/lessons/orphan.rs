//! Processes whose parent has died before them.

#![allow(unsafe_code, reason = "the test process itself reaps the orphans that it adopts")]

use forkstep_checks::watchdog::waiting_for;

/// Waits for a process that is this one's child by adoption only; returns the raw wait status: 0,
/// or the number of a signal.
pub(crate) fn reap_orphan(pid: i32) -> i32 {
    waiting_for("an orphan's status");
    let mut status = 0;
    // SAFETY: the pointer is valid for the length of the call.
    assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid, "the orphan was adopted");
    status
}
