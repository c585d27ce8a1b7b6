//! Closing something that others may be using.

use forkstep::atomic::{AtomicU32, Ordering};

use super::{Bug, Classic, Mended};
use crate::stepped::scenarios::futex;
use crate::stepped::scenarios::words::Words;
use crate::stepped::{Log, Scenario};

/// How many use the resource, and whether it is closed.
const STATE: usize = 0;
/// 1 until it is freed.
const RESOURCE: usize = 1;

const CLOSED: u32 = 1 << 31;

type Shop = Words<AtomicU32, 2>;

/// How the user goes about it, and how who closes does.
type Visit = fn(&Shop, &Log<'_>);
type Close = fn(&Shop);

/// Found with one preemption: between the look whether it is open and the use.
pub(super) fn use_after_close() -> Classic {
    Classic::new("use-after-close", 1, |version, name| {
        let (visit, close, shows): (Visit, Close, _) = match version {
            Bug => (look_and_use, close_at_once, "who closes frees what somebody is about to use"),
            Mended => (enter_and_use, close_when_left, "who closes waits until nobody is inside"),
        };
        Scenario::builder(name, open)
            .shows(shows)
            .operations(2)
            .participant("use", move |shop, log| log.call("use", || visit(shop, log)))
            .participant("close", move |shop, log| log.call("close", || close(shop)))
            .afterwards(|shop, log| {
                if shop[STATE].load(Ordering::Relaxed) != CLOSED {
                    log.fail("all have ended, and it is not closed");
                }
            })
            .words(Shop::named)
    })
}

fn open() -> Shop {
    let shop = Shop::new(["state", "resource"]);
    shop[RESOURCE].store(1, Ordering::Relaxed);
    shop
}

fn make_use(shop: &Shop, log: &Log<'_>) {
    if shop[RESOURCE].load(Ordering::Relaxed) == 0 {
        log.fail("it was used after it had been freed");
    }
}

fn look_and_use(shop: &Shop, log: &Log<'_>) {
    if shop[STATE].load(Ordering::Acquire) & CLOSED == 0 {
        make_use(shop, log);
    }
}

fn close_at_once(shop: &Shop) {
    shop[STATE].fetch_add(CLOSED, Ordering::AcqRel);
    shop[RESOURCE].store(0, Ordering::Relaxed);
}

fn enter_and_use(shop: &Shop, log: &Log<'_>) {
    let state = &shop[STATE];
    let mut seen = state.load(Ordering::Relaxed);
    while seen & CLOSED == 0 {
        match state.compare_exchange(seen, seen + 1, Ordering::Acquire, Ordering::Relaxed) {
            Ok(_) => {
                make_use(shop, log);
                if state.fetch_sub(1, Ordering::Release) == CLOSED + 1 {
                    futex::wake(state, 1);
                }
                return;
            }
            Err(now) => seen = now,
        }
    }
}

fn close_when_left(shop: &Shop) {
    let state = &shop[STATE];
    let mut seen = state.fetch_add(CLOSED, Ordering::AcqRel) + CLOSED;
    while seen != CLOSED {
        futex::wait(state, seen);
        seen = state.load(Ordering::Acquire);
    }
    shop[RESOURCE].store(0, Ordering::Relaxed);
}
