//! What the lock refuses, and how a panic differs from a death.

use std::panic;
use std::time::Duration;

use forkstep::process::{ExitStatus, Process};
use forkstep::{AcquireError, AcquireTimeoutError, Lock, TryAcquireError};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

use crate::contenders::{
    expect_held, expect_owner_died, join, kill, start_holder, wait_until_asleep,
};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("not_recoverable_reaches_sleepers", not_recoverable_reaches_sleepers),
        trial("second_acquire_would_deadlock", second_acquire_would_deadlock),
        trial("panic_in_another_process_poisons", panic_poisons),
        trial("time_out_while_another_process_holds", time_out),
    ]
}

fn not_recoverable_reaches_sleepers() {
    let lock = Lock::new().unwrap();
    kill(&start_holder(&lock));
    let guard = expect_owner_died(&lock);
    let sleepers = [0, 1, 2].map(|_| {
        Process::start(|| {
            assert!(matches!(lock.acquire(), Err(AcquireError::NotRecoverable)));
        })
        .unwrap()
    });
    sleepers.iter().for_each(wait_until_asleep);
    drop(guard);
    sleepers.iter().for_each(join);
    assert!(matches!(lock.acquire(), Err(AcquireError::NotRecoverable)));
}

fn second_acquire_would_deadlock() {
    let lock = Lock::new().unwrap();
    join(
        &Process::start(|| {
            let _guard = expect_held(&lock);
            assert!(matches!(lock.acquire(), Err(AcquireError::WouldDeadlock)));
            let tried = lock.try_acquire();
            assert!(matches!(tried, Err(TryAcquireError::Acquire(AcquireError::WouldDeadlock))));
            let waited = lock.acquire_timeout(Duration::MAX);
            assert!(matches!(
                waited,
                Err(AcquireTimeoutError::Acquire(AcquireError::WouldDeadlock))
            ));
        })
        .unwrap(),
    );
    drop(expect_held(&lock));
}

fn panic_poisons() {
    let lock = Lock::new().unwrap();
    let panicking = Process::start(|| {
        panic::set_hook(Box::new(|_| ())); // the panic is wanted: nobody needs to read of it
        let _guard = expect_held(&lock);
        panic!("on purpose");
    });
    assert_eq!(panicking.unwrap().join(), Ok(ExitStatus::Exited(101)));
    for clears in [false, true] {
        let reader = Process::start(|| match lock.acquire() {
            Err(AcquireError::Poisoned(guard)) if clears => guard.clear_poison(),
            Err(AcquireError::Poisoned(_guard)) => {}
            other => panic!("poisoned is expected, not {other:?}"),
        });
        join(&reader.unwrap());
    }
    drop(expect_held(&lock));
}

fn time_out() {
    let lock = Lock::new().unwrap();
    let holder = start_holder(&lock);
    let timeout = Duration::from_millis(20);
    let start = std::time::Instant::now();
    assert!(matches!(lock.acquire_timeout(timeout), Err(AcquireTimeoutError::TimedOut)));
    assert!(start.elapsed() >= timeout);
    assert!(matches!(lock.acquire_timeout(Duration::ZERO), Err(AcquireTimeoutError::TimedOut)));
    assert!(matches!(lock.try_acquire(), Err(TryAcquireError::WouldBlock)));
    kill(&holder);
    drop(expect_owner_died(&lock).mark_consistent());
    drop(expect_held(&lock));
}
