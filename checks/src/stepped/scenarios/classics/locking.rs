//! Using a lock wrongly: one of the simplest that sleep.

use forkstep::atomic::{AtomicU32, Ordering};

use super::{Bug, Classic, Mended};
use crate::stepped::scenarios::futex;
use crate::stepped::scenarios::words::Words;
use crate::stepped::{Log, Scenario};

/// Takes a lock: a word that is 1 while somebody has it.
fn acquire(lock: &AtomicU32) {
    while lock.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed).is_err() {
        futex::wait(lock, 1);
    }
}

fn release(lock: &AtomicU32) {
    lock.store(0, Ordering::Release);
    futex::wake(lock, 1);
}

const ONE: usize = 0;
const OTHER: usize = 1;
const NUMBER: usize = 2;

type Locks = Words<AtomicU32, 3>;

/// Found with one preemption: between the first lock and the second.
pub(super) fn lock_order() -> Classic {
    Classic::new("lock-order", 1, |version, name| {
        let (second, shows) = match version {
            Bug => ([OTHER, ONE], "two locks are taken in two orders: a deadlock"),
            Mended => ([ONE, OTHER], "two locks are taken in one order: no deadlock"),
        };
        Scenario::builder(name, || Words::new(["one.lock", "other.lock", "number"]))
            .shows(shows)
            .operations(2)
            .participant("add", |words, log| log.call("add", || add(words, [ONE, OTHER])))
            .participant("add", move |words, log| log.call("add", || add(words, second)))
            .afterwards(|words, log| match words[NUMBER].load(Ordering::Relaxed) {
                2 => {}
                sum => log.fail(&format!("two additions make {sum}")),
            })
            .words(Locks::named)
    })
}

fn add(words: &Locks, locks: [usize; 2]) {
    locks.iter().for_each(|lock| acquire(&words[*lock]));
    let old = words[NUMBER].load(Ordering::Relaxed);
    words[NUMBER].store(old + 1, Ordering::Relaxed);
    locks.iter().rev().for_each(|lock| release(&words[*lock]));
}

const LOCK: usize = 0;
const INSIDE: usize = 1;

type Room = Words<AtomicU32, 2>;

/// Found with two preemptions: the other one comes in between the two releases, and is still inside
/// when the second takes its lock away and somebody else comes in.
pub(super) fn double_release() -> Classic {
    Classic::new("double-release", 2, |version, name| {
        let shows = match version {
            Bug => "a lock is released twice: the second time it is somebody else's",
            Mended => "a lock is released once each time it was taken",
        };
        Scenario::builder(name, || Words::new(["lock", "inside"]))
            .shows(shows)
            .operations(3)
            .participant("visit twice", move |room, log| {
                log.call("visit", || visit(room, log));
                if version == Bug {
                    release(&room[LOCK]);
                }
                log.call("visit", || visit(room, log));
            })
            .participant("visit", |room, log| log.call("visit", || visit(room, log)))
            .words(Room::named)
    })
}

fn visit(room: &Room, log: &Log<'_>) {
    acquire(&room[LOCK]);
    if room[INSIDE].swap(1, Ordering::Relaxed) == 1 {
        log.fail("two are inside");
    }
    room[INSIDE].store(0, Ordering::Relaxed);
    release(&room[LOCK]);
}
