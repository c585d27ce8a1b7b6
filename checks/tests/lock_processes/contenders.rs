//! Processes that contend for a lock, as the tests need them again and again.

use forkstep::process::Process;
use forkstep::{AcquireError, Guard, Lock, OwnerDiedGuard};
use forkstep_checks::watchdog::waiting_for;

use crate::pipe::Pipe;
pub(crate) use crate::victims::{join, kill, wait_to_be_killed, wait_until_asleep};

/// Starts a process that takes the lock and holds it until it is killed; returns once it holds it.
pub(crate) fn start_holder(lock: &Lock) -> Process {
    let log = Pipe::new();
    let holder = Process::start(|| {
        let _guard = lock.acquire().unwrap();
        log.send("held");
        wait_to_be_killed()
    });
    assert_eq!(log.receive("the holder to take the lock"), "held");
    holder.unwrap()
}

/// Takes the lock of an owner that died.
pub(crate) fn expect_owner_died(lock: &Lock) -> OwnerDiedGuard<'_> {
    waiting_for("the lock of a dead owner");
    match lock.acquire() {
        Err(AcquireError::OwnerDied(guard)) => guard,
        other => panic!("owner died is expected, not {other:?}"),
    }
}

/// Takes a lock that is in order.
pub(crate) fn expect_held(lock: &Lock) -> Guard<'_> {
    waiting_for("a lock that is in order");
    lock.acquire().unwrap_or_else(|error| panic!("held is expected, not: {error}"))
}

/// Names the dead owner's process; 0 stands for none.
pub(crate) fn pid_of_dead(guard: &OwnerDiedGuard<'_>) -> i32 {
    guard.dead_owner().map_or(0, |owner| owner.pid().cast_signed())
}
