//! Guards that are leaked: the lock stays taken until the thread ends, and its memory stays
//! mapped, because the kernel and glibc still reach for it.

use std::cell::RefCell;
use std::mem::forget;
use std::thread;

use forkstep::Lock;
use forkstep::process::{ExitStatus, Process};
use forkstep_checks::watchdog::{trial, waiting_for};
use libtest_mimic::Trial;

use crate::death::{End, Sign, bury, holder};
use crate::held::state;
use crate::mutex::{Mutexes, State};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("leaked_by_this_thread", leaked_by_this_thread),
        trial("leaked_by_another_thread", leaked_by_another_thread),
        trial("leaked_by_a_thread_that_ends", leaked_by_a_thread_that_ends),
        trial("leaked_in_a_child", leaked_in_a_child),
        trial("leaked_and_dropped_while_the_thread_ends", dropped_while_the_thread_ends),
    ]
}

fn leak(lock: &Lock) {
    forget(lock.acquire().expect("nobody holds the lock"));
}

/// Takes and releases new ones, of ours and of glibc's, in front of what is in the list.
fn use_the_list() {
    let (lock, mutexes) = (Lock::new().unwrap(), Mutexes::new(2));
    for _ in 0..3 {
        mutexes.lock(0);
        let guard = lock.acquire().unwrap();
        mutexes.lock(1);
        drop(guard);
        mutexes.unlock(1);
        mutexes.unlock(0);
    }
}

fn leaked_by_this_thread() {
    let mutexes = Mutexes::new(1);
    let lock = Lock::new().unwrap();
    leak(&lock);
    mutexes.lock(0);
    drop(lock);
    use_the_list();
    mutexes.unlock(0);
    use_the_list();
}

fn leaked_by_another_thread() {
    let (leaked, dropped) = (Sign::new(), Sign::new());
    let lock = Lock::new().unwrap();
    thread::scope(|scope| {
        let theirs = lock.clone();
        let (leaked, dropped) = (&leaked, &dropped);
        scope.spawn(move || {
            leak(&theirs);
            drop(theirs);
            leaked.give();
            dropped.await_for("the last handle to go");
            use_the_list();
        });
        leaked.await_for("a leaked guard");
        drop(lock);
        dropped.give();
    });
    use_the_list();
}

fn leaked_by_a_thread_that_ends() {
    let lock = Lock::new().unwrap();
    let theirs = lock.clone();
    thread::spawn(move || leak(&theirs)).join().unwrap();
    assert_eq!(state(&lock), State::OwnerDied);
    drop(lock);
    use_the_list();
}

fn leaked_in_a_child() {
    let (lock, mutexes) = (Lock::new().unwrap(), Mutexes::new(1));
    let theirs = lock.clone();
    let child = holder(End::Kill, move || {
        leak(&theirs);
        drop(theirs);
        mutexes.lock(0);
        use_the_list();
    });
    assert_eq!(state(&lock), State::Held);
    bury(&child, End::Kill);
    assert_eq!(state(&lock), State::OwnerDied);
    assert_eq!(mutexes.state(0), State::OwnerDied);
}

thread_local! {
    /// The last handle of a lock in its process, dropped with the locals of its thread.
    static LAST: RefCell<Option<Lock>> = const { RefCell::new(None) };
}

/// Another process must not wait for ever for a thread that has ended.
fn dropped_while_the_thread_ends() {
    let lock = Lock::new().unwrap();
    let ended = Sign::new();
    let other = Process::start(|| {
        ended.await_for("the end of the thread that leaked");
        assert_eq!(state(&lock), State::OwnerDied);
    })
    .unwrap();
    let thread = thread::spawn(move || {
        LAST.set(Some(lock));
        LAST.with_borrow(|last| leak(last.as_ref().unwrap()));
    });
    thread.join().unwrap();
    ended.give();
    waiting_for("the other process");
    assert_eq!(other.join(), Ok(ExitStatus::Exited(0)));
}
