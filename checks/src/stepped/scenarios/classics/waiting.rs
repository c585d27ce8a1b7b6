//! Waiting on futexes for what others do.

use forkstep::atomic::{AtomicU32, Ordering};

use super::{Bug, Classic, Mended};
use crate::stepped::Scenario;
use crate::stepped::scenarios::futex;
use crate::stepped::scenarios::words::Words;

const READY: usize = 0;
const TURN: usize = 1;

type Signal = Words<AtomicU32, 2>;

/// Found with one preemption: between the look at the flag and the look at the turn that is slept
/// on. Nobody is left then who would wake the sleeper.
pub(super) fn lost_wake_up() -> Classic {
    Classic::new("lost-wake-up", 1, |version, name| {
        let (wait, shows): (fn(&Signal), _) = match version {
            Bug => (
                look_then_announce,
                "who waits looks at the flag, and then at the turn to sleep on: it misses one",
            ),
            Mended => (
                announce_then_look,
                "who waits looks at the turn to sleep on, and then at the flag",
            ),
        };
        Scenario::builder(name, || Words::new(["ready", "turn"]))
            .shows(shows)
            .operations(2)
            .participant("signal", |words, log| log.call("signal", || signal(words)))
            .participant("wait", move |words, log| log.call("wait", || wait(words)))
            .afterwards(|words, log| {
                if words[READY].load(Ordering::Relaxed) != 1 {
                    log.fail("all have ended, and nobody has signalled");
                }
            })
            .words(Signal::named)
    })
}

fn signal(words: &Signal) {
    words[READY].store(1, Ordering::Release);
    words[TURN].fetch_add(1, Ordering::AcqRel);
    futex::wake(&words[TURN], i32::MAX);
}

fn look_then_announce(words: &Signal) {
    while words[READY].load(Ordering::Acquire) == 0 {
        let turn = words[TURN].load(Ordering::Acquire);
        futex::wait(&words[TURN], turn);
    }
}

fn announce_then_look(words: &Signal) {
    loop {
        let turn = words[TURN].load(Ordering::Acquire);
        if words[READY].load(Ordering::Acquire) == 1 {
            return;
        }
        futex::wait(&words[TURN], turn);
    }
}

const COUNT: usize = 0;

type Stock = Words<AtomicU32, 1>;

/// Found with one preemption: when what was put has been taken again by another one, before who was
/// woken for it comes to look.
pub(super) fn missing_re_check() -> Classic {
    Classic::new("missing-re-check", 1, |version, name| {
        let shows = match version {
            Bug => "who was woken takes what it was woken for, and does not look again",
            Mended => "who was woken looks again before it takes anything",
        };
        Scenario::builder(name, || Words::new(["count"]))
            .shows(shows)
            .operations(4)
            .participant("put, take, put", |stock, log| {
                log.call("put", || put(stock));
                log.call("take if there is one", || take_if_any(stock));
                log.call("put", || put(stock));
            })
            .participant("take", move |stock, log| {
                let found = log.call("take", || take(stock, version == Mended));
                if found == 0 {
                    log.fail("one was taken where there was none");
                }
            })
            .words(Stock::named)
    })
}

fn put(stock: &Stock) {
    stock[COUNT].fetch_add(1, Ordering::Release);
    futex::wake(&stock[COUNT], 1);
}

fn take_if_any(stock: &Stock) -> bool {
    let mut found = stock[COUNT].load(Ordering::Acquire);
    while found > 0 {
        match take_one(stock, found) {
            Ok(_) => return true,
            Err(now) => found = now,
        }
    }
    false
}

/// Waits until there is one and takes it; answers how many it found.
fn take(stock: &Stock, looks_again: bool) -> u32 {
    loop {
        let mut found = stock[COUNT].load(Ordering::Acquire);
        if found == 0 {
            futex::wait(&stock[COUNT], 0);
            if looks_again {
                continue;
            }
            found = stock[COUNT].load(Ordering::Acquire);
        }
        if take_one(stock, found).is_ok() {
            return found;
        }
    }
}

fn take_one(stock: &Stock, found: u32) -> Result<u32, u32> {
    let left = found.wrapping_sub(1);
    stock[COUNT].compare_exchange(found, left, Ordering::Acquire, Ordering::Relaxed)
}
