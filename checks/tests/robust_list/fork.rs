//! What a fork copies: guards that are inert, and of several threads one.

#![allow(unsafe_code, reason = "forks by hand, where the library would refuse")]

use std::cell::Cell;
use std::fs;
use std::process;
use std::thread;
use std::time::Duration;

use forkstep::atomic::{AtomicU32, Ordering};
use forkstep::process::{ExitStatus, Process};
use forkstep::{Lock, Region};
use forkstep_checks::watchdog::{trial, waiting_for};
use libtest_mimic::Trial;

use crate::death::{ENDS, End, Sign, bury, die_holding, holder};
use crate::held::{Hands, Item, Shelf, state};
use crate::mutex::{Mutexes, State};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("copy_of_a_guard_is_inert", copy_of_a_guard_is_inert),
        trial("copy_of_an_inconsistent_guard_is_inert", copy_of_an_inconsistent_guard_is_inert),
        trial("child_of_an_owner_owns_nothing", child_of_an_owner_owns_nothing),
        trial("child_has_a_list_of_its_own", child_has_a_list_of_its_own),
        trial("copy_of_a_guard_stays_inert_under_the_old_number", old_number_again),
        trial("fork_beside_a_thread_that_uses_locks", beside_a_thread_that_uses_locks),
        trial("fork_beside_the_first_use_of_a_lock", beside_the_first_use),
    ]
}

/// Forks whatever runs here, and waits for the child, which must end well; a child that hangs is
/// killed by its own alarm.
fn fork_by_hand(body: impl FnOnce()) {
    // SAFETY: the child only does what the test is about.
    let child = unsafe { libc::fork() };
    assert!(child >= 0, "fork: {}", std::io::Error::last_os_error());
    if child == 0 {
        // SAFETY: takes a number and touches no memory.
        unsafe { libc::alarm(10) };
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(body));
        // SAFETY: _exit has no requirement.
        unsafe { libc::_exit(i32::from(outcome.is_err())) }
    }
    waiting_for("a child that was forked by hand");
    let mut status = 0;
    // SAFETY: the pointer is valid for the length of the call.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert_eq!(status, 0, "a child that was forked by hand ended badly (14: it hung)");
}

fn copy_of_a_guard_is_inert() {
    let lock = Lock::new().unwrap();
    let guard = Cell::new(Some(lock.acquire().unwrap()));
    let child = Process::start(|| {
        let copy = guard.take().unwrap();
        copy.clear_poison();
        drop(copy);
        assert_eq!(state(&lock), State::Held);
    });
    assert_eq!(child.unwrap().join(), Ok(ExitStatus::Exited(0)));
    assert_eq!(lock.owner().map(|owner| owner.pid()), Some(process::id()));
    drop(guard.take());
    assert_eq!(state(&lock), State::Free);
}

fn copy_of_an_inconsistent_guard_is_inert() {
    let lock = Lock::new().unwrap();
    die_holding(End::Kill, || lock.acquire().unwrap());
    let Err(forkstep::AcquireError::OwnerDied(guard)) = lock.acquire() else { panic!("it died") };
    let guard = Cell::new(Some(guard));
    for marks in [false, true] {
        let child = Process::start(|| {
            let copy = guard.take().unwrap();
            if marks {
                drop(copy.mark_consistent());
            } else {
                drop(copy);
            }
            assert_eq!(state(&lock), State::Held);
        });
        assert_eq!(child.unwrap().join(), Ok(ExitStatus::Exited(0)));
    }
    drop(guard.take().map(forkstep::OwnerDiedGuard::mark_consistent));
    assert_eq!(state(&lock), State::Free);
}

fn child_of_an_owner_owns_nothing() {
    let shelf = Shelf::new(2, 2);
    let mut hands = Hands::new(&shelf);
    shelf.items().into_iter().for_each(|item| hands.take(item));
    for end in ENDS {
        die_holding(end, || ());
        assert!(shelf.items().into_iter().all(|item| is_held(&shelf, item)), "after {end:?}");
    }
    [1, 0].into_iter().for_each(|index| hands.release(Item::Mutex(index)));
    drop(hands);
    shelf.assert_owner_died(&[], &[]);
}

/// Asks a process that holds nothing: a thread's own mutexes are deadlocks to it, not held ones.
fn is_held(shelf: &Shelf, item: Item) -> bool {
    let child = Process::start(|| u8::from(shelf.state(item) == State::Held));
    child.unwrap().join() == Ok(ExitStatus::Exited(1))
}

fn child_has_a_list_of_its_own() {
    let (lock, mutexes) = (Lock::new().unwrap(), Mutexes::new(1));
    let _held = lock.acquire().unwrap();
    let theirs = Lock::new().unwrap();
    let child = holder(End::Kill, || {
        mutexes.lock(0);
        theirs.acquire().unwrap()
    });
    assert_eq!(state(&theirs), State::Held);
    bury(&child, End::Kill);
    assert_eq!((state(&theirs), mutexes.state(0)), (State::OwnerDied, State::OwnerDied));
    assert_eq!(lock.owner().map(|owner| owner.pid()), Some(process::id()));
}

/// Where the kernel lets the test choose the next process number, a grandchild that has copied a
/// guard gets the number of the guard's dead owner, unless a stranger is faster each time; the
/// assertions hold either way.
fn old_number_again() {
    let got_it = AtomicU32::new(0);
    let region = Region::anonymous(64).unwrap();
    let got_it = region.place_ref(got_it).unwrap();
    for _ in 0..20 {
        copy_outlives_the_owner(got_it);
        if got_it.load(Ordering::Relaxed) == 1 {
            break;
        }
    }
}

fn copy_outlives_the_owner(got_it: &AtomicU32) {
    let lock = Lock::new().unwrap();
    let buried = Sign::new();
    let owner = Process::start(|| {
        let guard = Cell::new(Some(lock.acquire().unwrap()));
        let old = process::id();
        // The child outlives the owner, and its own child is born when the number is free.
        let child = Process::start(|| {
            buried.await_for("the owner's end");
            let _ = fs::write("/proc/sys/kernel/ns_last_pid", (old - 1).to_string());
            let grandchild = Process::start(|| {
                got_it.store(u32::from(process::id() == old), Ordering::Relaxed);
                drop(guard.take());
            });
            assert_eq!(grandchild.unwrap().join(), Ok(ExitStatus::Exited(0)));
        });
        drop(child.unwrap());
        // Nothing is dropped here: the owner dies while holding.
        process::exit(0);
    });
    waiting_for("the owner's end");
    assert_eq!(owner.unwrap().join(), Ok(ExitStatus::Exited(0)));
    let orphan = first_child();
    assert_eq!(state(&lock), State::OwnerDied);
    let held = lock.acquire().unwrap();
    buried.give();
    waiting_for("the orphan's end");
    let mut status = 0;
    // SAFETY: the pointer is valid for the length of the call.
    assert_eq!(unsafe { libc::waitpid(orphan, &raw mut status, 0) }, orphan);
    assert_eq!(status, 0);
    assert_eq!(lock.owner().map(|owner| owner.pid()), Some(process::id()), "nobody released it");
    drop(held);
}

/// The process that this one has adopted.
fn first_child() -> i32 {
    let pid = process::id();
    let list = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
    list.split_whitespace().next().and_then(|child| child.parse().ok()).expect("an orphan")
}

fn beside_a_thread_that_uses_locks() {
    let (shared, theirs) = (Lock::new().unwrap(), Lock::new().unwrap());
    let stop = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            while stop.load(Ordering::Relaxed) == 0 {
                drop(shared.acquire().unwrap());
                drop(Region::anonymous(64).unwrap());
                // New threads come and go in the list of those that hold locks.
                scope.spawn(|| drop(shared.acquire().unwrap())).join().unwrap();
            }
        });
        for _ in 0..200 {
            fork_by_hand(|| {
                let guard = theirs.acquire_timeout(Duration::from_secs(10)).unwrap();
                drop(Region::anonymous(64).unwrap());
                drop(guard);
                std::mem::forget(theirs.acquire().unwrap());
            });
            assert_eq!(state(&theirs), State::OwnerDied);
        }
        stop.store(1, Ordering::Relaxed);
    });
}

/// Set by the fork itself, to let the other thread go on.
static FORKING: AtomicU32 = AtomicU32::new(0);

extern "C" fn note_fork() {
    FORKING.store(1, Ordering::Release);
}

/// The other thread uses a lock for the first time in its process while this one forks: whatever
/// it was in the midst of setting up, the child can still use locks.
fn beside_the_first_use() {
    for _ in 0..300 {
        fork_by_hand(|| {
            let lock = Lock::new().unwrap();
            // SAFETY: the handler only stores a static word.
            assert_eq!(unsafe { libc::pthread_atfork(Some(note_fork), None, None) }, 0);
            let other = Lock::new().unwrap();
            let thread = thread::spawn(move || {
                while FORKING.load(Ordering::Acquire) == 0 {
                    std::hint::spin_loop();
                }
                drop(other.acquire().unwrap());
            });
            fork_by_hand(|| drop(lock.acquire().unwrap()));
            thread.join().unwrap();
        });
    }
}
