//! Futexes of the model kernel.
//!
//! A wake carries a happens-before edge from waker to woken that a real futex does not give, and
//! so could hide a missing Acquire. Two of the ways in which a wait ends without sleeping, mismatch
//! and interruption, touch no synchronisation of loom's: there orderings are checked.

use std::panic::Location;

use super::atomic::AtomicU32;
use super::kernel::{self, Sleeper, loom_op, step};
use super::trace::What;
use crate::sys::{Until, WaitOutcome};

/// Sleeps while `word` holds `expected`; see the seam's contract.
#[track_caller]
pub fn futex_wait(word: &AtomicU32, expected: u32, until: Until) -> WaitOutcome {
    let at = Location::caller();
    if !step() {
        return WaitOutcome::Interrupted;
    }
    // Comparing reads the newest value, and up to the next loom operation nobody else runs: compare
    // and enqueue are one step.
    let outcome = match word.newest() {
        None => return WaitOutcome::Interrupted,
        Some(value) if value != expected => WaitOutcome::Mismatch,
        Some(_) => sleep(word, until, at),
    };
    kernel::with(|kernel| {
        kernel.record(What::Return { word: kernel.name(word.number()), outcome }, at);
    });
    outcome
}

fn sleep(word: &AtomicU32, until: Until, at: &'static Location<'static>) -> WaitOutcome {
    let word = word.number();
    let planned = kernel::with(|kernel| kernel.planned_end(until));
    if let Some(outcome) = planned {
        return outcome;
    }
    let thread = loom::thread::current();
    let me = kernel::with(|kernel| {
        let me = kernel.me().expect("the final check would sleep for ever: nobody will wake it");
        kernel.roused[me] = None;
        kernel.sleepers.push(Sleeper { participant: me, word, until, thread });
        kernel.record(What::Sleep { word: kernel.name(word) }, at);
        kernel.rouse_if_stuck();
        me
    });
    loop {
        if let Some(outcome) = kernel::with(|kernel| kernel.roused[me].take()) {
            return outcome;
        }
        // Whoever rouses this participant unparks it exactly once, after queueing is over.
        if loom_op(loom::thread::park).is_none() {
            return WaitOutcome::Interrupted;
        }
    }
}

/// Wakes at most one sleeper; returns how many were woken.
#[track_caller]
pub fn futex_wake_one(word: &AtomicU32) -> usize {
    if step() { wake(word, 1, Location::caller()) } else { 0 }
}

/// Wakes all sleepers; returns how many were woken.
#[track_caller]
pub fn futex_wake_all(word: &AtomicU32) -> usize {
    if step() { wake(word, usize::MAX, Location::caller()) } else { 0 }
}

/// Wakes at most so many sleepers; returns how many were woken.
#[track_caller]
pub(crate) fn futex_wake(word: &AtomicU32, count: usize) -> usize {
    if step() { wake(word, count, Location::caller()) } else { 0 }
}

/// The kernel's own wake, which is no step of a participant.
pub(super) fn wake(word: &AtomicU32, count: usize, at: &'static Location<'static>) -> usize {
    // The touch orders this wake against every wait on the same word.
    word.touch();
    let threads = kernel::with(|kernel| {
        let threads = kernel.take_sleepers(word.number(), count);
        let name = kernel.name(word.number());
        kernel.record(What::Wake { word: name, woken: threads.len() }, at);
        threads
    });
    for thread in &threads {
        loom_op(|| thread.unpark());
    }
    threads.len()
}
