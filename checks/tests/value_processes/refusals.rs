//! What is refused: a lock in time, a lock twice, a guard that a fork copied; and that a panic
//! leaves nothing behind.

use std::hint;
use std::panic::{self, AssertUnwindSafe};
use std::time::{Duration, Instant};

use forkstep::array::{ArrayError, GuardError};
use forkstep::process::Process;
use forkstep::value::{LockError, LockTimeoutError, NotHeld, TryLockError};
use forkstep::{Array, Lock, Region, Value};
use forkstep_checks::backend::processes;
use forkstep_checks::watchdog::{trial, waiting_for};
use libtest_mimic::Trial;

use crate::victims::{join, kill, wait_to_be_killed};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("time_out_beside_a_stopped_holder", time_out_beside_a_stopped_holder),
        trial("lock_twice_would_deadlock", lock_twice_would_deadlock),
        trial("write_within_an_update_would_deadlock", write_within_an_update),
        trial("guard_that_a_fork_copied_is_inert", copied_guard_is_inert),
        trial("panic_leaves_no_poison", panic_leaves_no_poison),
        trial("too_many_locks", too_many_locks),
        trial("the_lock_does_not_keep_additions_out", additions_pass_the_lock),
    ]
}

const TIMEOUT: Duration = Duration::from_millis(20);
/// A generous bound on what one scheduling delay can be.
const OVERRUN: Duration = Duration::from_millis(200);

fn time_out_beside_a_stopped_holder() {
    let value = Value::new([0_u64; 2]).unwrap();
    let array = Array::new(2, 0_u64).unwrap();
    let held = Value::new(0_u64).unwrap();
    let holder = Process::start(|| {
        let _guards = (value.lock().unwrap(), array.lock().unwrap());
        held.store(1);
        wait_to_be_killed()
    });
    let holder = holder.unwrap();
    waiting_for("the holder to hold");
    while held.load() == 0 {
        hint::spin_loop();
    }
    processes::stop(&holder);
    waiting_for("a time-out");
    for _ in 0..5 {
        let start = Instant::now();
        assert_eq!(value.lock_timeout(TIMEOUT).err(), Some(LockTimeoutError::TimedOut));
        assert_eq!(array.lock_timeout(TIMEOUT).err(), Some(LockTimeoutError::TimedOut));
        let taken = start.elapsed();
        assert!(taken >= 2 * TIMEOUT, "given up after {taken:?}");
        assert!(taken < 2 * TIMEOUT + OVERRUN, "two of {TIMEOUT:?} took {taken:?}");
    }
    assert_eq!(value.try_lock().err(), Some(TryLockError::WouldBlock));
    assert_eq!(array.try_lock().err(), Some(TryLockError::WouldBlock));
    assert_eq!((value.get(), array.get(0)), ([0; 2], Ok(0)));
    kill(&holder);
    assert!(value.lock_timeout(TIMEOUT).is_ok() && array.lock_timeout(TIMEOUT).is_ok());
}

fn lock_twice_would_deadlock() {
    let value = Value::new(1_u8).unwrap();
    let array = Array::new(1, 1_u8).unwrap();
    let guards = (value.lock().unwrap(), array.lock().unwrap());
    let refused = LockError::WouldDeadlock;
    assert_eq!(value.set(2), Err(refused));
    assert_eq!(value.update(|_| 2), Err(refused));
    assert_eq!(value.lock().err(), Some(refused));
    assert_eq!(value.lock_timeout(Duration::MAX).err(), Some(LockTimeoutError::Lock(refused)));
    assert_eq!(value.try_lock().err(), Some(TryLockError::Lock(refused)));
    assert_eq!(array.copy_from_slice(0, &[2]), Err(ArrayError::Lock(refused)));
    assert_eq!(array.update(0, |_| 2), Err(ArrayError::Lock(refused)));
    assert_eq!((value.get(), array.get(0)), (1, Ok(1)));
    drop(guards);
    value.set(2).unwrap();
    array.set(0, 2).unwrap();
}

fn write_within_an_update() {
    let value = Value::new([1_u64; 2]).unwrap();
    let changed = value.update(|old| {
        assert_eq!(value.set([9; 2]), Err(LockError::WouldDeadlock));
        assert_eq!(value.get(), old, "reading is allowed");
        old.map(|word| word + 1)
    });
    assert_eq!((changed, value.get()), (Ok([2; 2]), [2; 2]));
}

fn copied_guard_is_inert() {
    let value = Value::new([1_u64; 2]).unwrap();
    let array = Array::new(1, [1_u64; 2]).unwrap();
    let mut guard = value.lock().unwrap();
    let mut of_array = array.lock().unwrap();
    let child = Process::start(|| {
        assert_eq!(guard.set([2; 2]), Err(NotHeld));
        assert_eq!(guard.update(|_| panic!("called")), Err(NotHeld));
        assert_eq!(guard.get(), [1; 2]);
        assert_eq!(of_array.set(0, [2; 2]), Err(GuardError::NotHeld));
        assert_eq!(of_array.copy_from_slice(0, &[[2; 2]]), Err(GuardError::NotHeld));
        assert_eq!(of_array.update(0, |_| panic!("called")), Err(GuardError::NotHeld));
        assert_eq!(value.try_lock().err(), Some(TryLockError::WouldBlock));
    });
    join(&child.unwrap());
    guard.set([3; 2]).unwrap();
    of_array.set(0, [3; 2]).unwrap();
    drop((guard, of_array));
    assert_eq!((value.get(), array.get(0)), ([3; 2], Ok([3; 2])));
}

fn panic_leaves_no_poison() {
    let value = Value::new([1_u64; 2]).unwrap();
    panic::set_hook(Box::new(|_| {}));
    let panicked = panic::catch_unwind(AssertUnwindSafe(|| {
        let _ = value.update(|_| panic!("on purpose"));
    }));
    assert!(panicked.is_err());
    assert_eq!(value.get(), [1; 2]);
    let panicked = panic::catch_unwind(AssertUnwindSafe(|| {
        let mut guard = value.lock().unwrap();
        guard.set([2; 2]).unwrap();
        panic!("on purpose")
    }));
    assert!(panicked.is_err());
    drop(panic::take_hook());
    assert_eq!(value.get(), [2; 2], "what was set stays set");
    value.set([3; 2]).unwrap();
    join(&Process::start(|| assert_eq!(value.lock().unwrap().get(), [3; 2])).unwrap());
}

fn too_many_locks() {
    let value = Value::new(1_u8).unwrap();
    let region = Region::anonymous(4 << 20).unwrap();
    let locks: Vec<Lock> = (0..4096).map(|_| Lock::new_in(&region).unwrap()).collect();
    let guards: Vec<_> = locks.iter().map_while(|lock| lock.acquire().ok()).collect();
    assert!(guards.len() < locks.len(), "there is a limit");
    assert_eq!(value.set(2), Err(LockError::TooManyLocks));
    assert_eq!(value.get(), 1);
    drop(guards);
    value.set(2).unwrap();
}

fn additions_pass_the_lock() {
    let value = Value::new(10_u32).unwrap();
    let mut guard = value.lock().unwrap();
    let child = Process::start(|| {
        assert_eq!(value.fetch_add(1), 10);
        assert_eq!(value.compare_exchange(11, 20), Ok(11));
        assert_eq!(value.try_lock().err(), Some(TryLockError::WouldBlock));
    });
    join(&child.unwrap());
    assert_eq!(guard.update(|old| old + 1), Ok(21));
    drop(guard);
    assert_eq!(value.get(), 21);
}
