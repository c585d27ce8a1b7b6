//! Writing several words, of which a reader sees some.

use forkstep::atomic::{AtomicU32, AtomicU64, Ordering};

use super::{Bug, Classic, Mended};
use crate::stepped::scenarios::words::Words;
use crate::stepped::{Log, Scenario};

const LOW: usize = 0;
const HIGH: usize = 1;
const WHOLE: usize = 0;

/// One number, in two halves and whole.
struct Number {
    halves: Words<AtomicU32, 2>,
    whole: Words<AtomicU64, 1>,
}

type Write = fn(&Number);
type Read = fn(&Number) -> u64;

/// What is written: both halves are the same, as they are at the start.
const WRITTEN: u64 = 7 << 32 | 7;

/// Found with one preemption: between the two halves of the write, or of the read.
pub(super) fn torn_write() -> Classic {
    Classic::new("torn-write", 1, |version, name| {
        let (write, read, shows): (Write, Read, _) = match version {
            Bug => (
                |number| {
                    number.halves[LOW].store(WRITTEN as u32, Ordering::Relaxed);
                    number.halves[HIGH].store((WRITTEN >> 32) as u32, Ordering::Relaxed);
                },
                |number| {
                    let low = number.halves[LOW].load(Ordering::Relaxed);
                    let high = number.halves[HIGH].load(Ordering::Relaxed);
                    u64::from(high) << 32 | u64::from(low)
                },
                "64 bits are written as two times 32: a reader sees half of them",
            ),
            Mended => (
                |number| number.whole[WHOLE].store(WRITTEN, Ordering::Relaxed),
                |number| number.whole[WHOLE].load(Ordering::Relaxed),
                "64 bits are written at once: a reader sees all or nothing of them",
            ),
        };
        let set_up =
            || Number { halves: Words::new(["low", "high"]), whole: Words::new(["whole"]) };
        Scenario::builder(name, set_up)
            .shows(shows)
            .operations(2)
            .participant("write", move |number, log| log.call("write", || write(number)))
            .participant("read", move |number, log| {
                let seen = log.call("read", || read(number));
                if ![0, WRITTEN].contains(&seen) {
                    log.fail(&format!("{seen:#x} was never written"));
                }
            })
            .words(|number| [number.halves.named(), number.whole.named()].concat())
    })
}

const DATA: usize = 0;
const READY: usize = 1;

type Message = Words<AtomicU32, 2>;

/// Found with one preemption: between the publication and what comes too late.
pub(super) fn early_publication() -> Classic {
    Classic::new("early-publication", 1, |version, name| {
        let (write, shows): (fn(&Message), _) = match version {
            Bug => (publish_first, "data is published and then initialised"),
            Mended => (initialise_first, "data is initialised and then published"),
        };
        Scenario::builder(name, || Words::new(["data", "ready"]))
            .shows(shows)
            .operations(2)
            .participant("write", move |message, log| log.call("write", || write(message)))
            .participant("read", read)
            .words(Message::named)
    })
}

fn publish_first(message: &Message) {
    message[READY].store(1, Ordering::Release);
    message[DATA].store(42, Ordering::Relaxed);
}

fn initialise_first(message: &Message) {
    message[DATA].store(42, Ordering::Relaxed);
    message[READY].store(1, Ordering::Release);
}

fn read(message: &Message, log: &Log<'_>) {
    let seen = log.call("read", || {
        let ready = message[READY].load(Ordering::Acquire) == 1;
        ready.then(|| message[DATA].load(Ordering::Relaxed))
    });
    if seen.is_some_and(|data| data != 42) {
        log.fail(&format!("{seen:?} was published before it was initialised"));
    }
}
