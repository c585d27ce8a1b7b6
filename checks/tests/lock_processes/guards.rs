//! What becomes of a guard when its process ends in an orderly way, and when it is forked.

use std::io;
use std::os::unix::process::{CommandExt as _, parent_id};
use std::process::{self, Command};

use forkstep::process::{ExitStatus, Process};
use forkstep::{Lock, OwnerDiedGuard, TryAcquireError};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

use crate::contenders::{expect_held, expect_owner_died, join, pid_of_dead};
use crate::pipe::wait_for_end_of;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("exit_inside_a_guard_is_an_owner_that_died", exit_inside),
        trial("leaked_guard_is_an_owner_that_died", leaked),
        trial("exec_inside_a_guard_is_an_owner_that_died", exec_inside),
        trial("guard_copied_by_fork_is_inert", copied_by_fork),
        trial("owner_died_guard_copied_by_fork_is_inert", owner_died_guard_copied_by_fork),
    ]
}

/// Expects one report that names the process, and a lock in order after it.
fn expect_death_of(lock: &Lock, ended: &Process) {
    let guard = expect_owner_died(lock);
    assert_eq!(pid_of_dead(&guard), ended.pid());
    drop(guard.mark_consistent());
    drop(expect_held(lock));
}

fn exit_inside() {
    let lock = Lock::new().unwrap();
    let exiting = Process::start(|| {
        let _guard = expect_held(&lock);
        process::exit(3);
    });
    let exiting = exiting.unwrap();
    assert_eq!(exiting.join(), Ok(ExitStatus::Exited(3)));
    expect_death_of(&lock, &exiting);
}

fn leaked() {
    let lock = Lock::new().unwrap();
    let leaking = Process::start(|| std::mem::forget(expect_held(&lock))).unwrap();
    join(&leaking);
    expect_death_of(&lock, &leaking);
}

/// The process lives on as another program, which cannot know of the lock.
fn exec_inside() {
    let lock = Lock::new().unwrap();
    let (input, end_of_input) = io::pipe().unwrap();
    let (life, held) = io::pipe().unwrap();
    let program = Process::start(|| {
        let _guard = expect_held(&lock);
        let _held = held;
        Command::new("cat").stdin(input).exec().raw_os_error().unwrap_or(1)
    });
    let program = program.unwrap();
    wait_for_end_of(life, "the other program to begin");
    expect_death_of(&lock, &program);
    assert!(program.is_alive());
    drop(end_of_input);
    join(&program);
}

fn copied_by_fork() {
    let lock = Lock::new().unwrap();
    let mut guard = Some(expect_held(&lock));
    let child = Process::start(|| {
        drop(guard.take());
        assert_eq!(lock.owner().map(|owner| owner.pid()), Some(parent_id()));
        assert!(matches!(lock.try_acquire(), Err(TryAcquireError::WouldBlock)));
    });
    join(&child.unwrap());
    assert_eq!(lock.owner().map(|owner| owner.pid()), Some(process::id()));
    drop(guard);
    assert_eq!(lock.owner(), None);
    drop(expect_held(&lock));
}

fn owner_died_guard_copied_by_fork() {
    let lock = Lock::new().unwrap();
    let leaking = Process::start(|| std::mem::forget(expect_held(&lock))).unwrap();
    join(&leaking);
    let mut guard = Some(expect_owner_died(&lock));
    join(&Process::start(|| drop(guard.take())).unwrap());
    let marking = Process::start(|| drop(guard.take().map(OwnerDiedGuard::mark_consistent)));
    join(&marking.unwrap());
    let owner = lock.owner().map(|owner| owner.pid());
    assert_eq!(owner, Some(process::id()), "a copy has given it away: {lock:?}");
    drop(guard.map(OwnerDiedGuard::mark_consistent));
    drop(expect_held(&lock));
}
