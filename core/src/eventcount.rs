//! Counting events and waiting for the next one, in one futex word.
//!
//! # The word
//!
//! | count | CLOSED | WAITERS | meaning | who leaves this state, and how |
//! |---|---|---|---|---|
//! | n | c | 0 | n events, nobody sleeps | the advancer: n + 1, by compare-and-exchange; a waiter: sets WAITERS; the closer: sets CLOSED |
//! | n | c | 1 | n events, somebody may sleep | the advancer: n + 1 without WAITERS, and wakes all, in one system call; the closer: sets CLOSED and wakes all |
//!
//! # Invariants
//!
//! 1. Whoever advances holds the lock of its side: there is one advancer at a time, and WAITERS,
//!    once set, stays until an advance or the close.
//! 2. A waiter sleeps only on a value with WAITERS set that has the count it looked at.
//! 3. CLOSED is never taken back.
//!
//! # Memory ordering
//!
//! An advance is a Release, a look an Acquire: who sees an event sees what led to it.
//!
//! Source: D. Vyukov's eventcount, with the count itself as the word waited on, so that commit and
//! wake-up can be one step for all the others, and for a death (FUTEX_WAKE_OP in futex(2)).

use crate::sys::{self, AtomicU32, Ordering, Until, WaitOutcome};

const WAITERS: u32 = 1;
const CLOSED: u32 = 2;
const ONE: u32 = 4;

/// How many events can be told apart.
pub(crate) const COUNTS: u32 = 1 << 30;

/// One value of the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Events(u32);

impl Events {
    /// How many events there were, modulo [`COUNTS`].
    #[inline]
    pub(crate) fn count(self) -> u32 {
        self.0 / ONE
    }

    /// How many events this is ahead of `other`.
    #[inline]
    pub(crate) fn ahead_of(self, other: Self) -> u32 {
        self.count().wrapping_sub(other.count()) % COUNTS
    }

    #[inline]
    pub(crate) fn is_closed(self) -> bool {
        self.0 & CLOSED != 0
    }

    #[inline]
    fn has_waiters(self) -> bool {
        self.0 & WAITERS != 0
    }
}

/// The word; see the [module](self).
#[derive(Debug)]
#[repr(transparent)]
pub(crate) struct EventCount(AtomicU32);

impl EventCount {
    pub(crate) fn new(name: &'static str) -> Self {
        Self(AtomicU32::named(0, name))
    }

    /// Looks how many events there were.
    #[inline]
    pub(crate) fn look(&self) -> Events {
        // ORDERING: Acquire, so that what led to the events is visible.
        Events(self.0.load(Ordering::Acquire))
    }

    /// Adds an event and wakes all who wait for one. The caller holds the lock of its side.
    #[inline]
    pub(crate) fn advance(&self) {
        // ORDERING: Relaxed; the only other change is a flag, and the exchange notices it.
        let mut seen = Events(self.0.load(Ordering::Relaxed));
        while !seen.has_waiters() {
            let next = seen.0.wrapping_add(ONE);
            // ORDERING: Release, so that who sees the event sees what led to it.
            // LINEARIZES: the put or get that the event stands for.
            // CRASH: before it, nothing happened; after it, the event stands and nobody slept.
            match self.0.compare_exchange(seen.0, next, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return,
                Err(found) => seen = Events(found),
            }
        }
        self.advance_and_wake();
    }

    #[cold]
    fn advance_and_wake(&self) {
        // LINEARIZES: as in `advance`.
        // CRASH: the kernel adds the event and wakes all in one call; there is no place in between.
        sys::futex_add_and_wake_all(&self.0, ONE - WAITERS);
    }

    /// Sleeps until there is another event than those seen, or the time is up.
    pub(crate) fn wait(&self, seen: Events, until: Until) -> WaitOutcome {
        let mut now = seen;
        loop {
            if now.count() != seen.count() || now.is_closed() != seen.is_closed() {
                return WaitOutcome::Mismatch;
            }
            if now.has_waiters() {
                break;
            }
            let to = Events(now.0 | WAITERS);
            // ORDERING: Relaxed; the flag asks for a wake and passes no data on.
            // CRASH: the flag stays without a sleeper; it costs the advancer one system call.
            match self.0.compare_exchange(now.0, to.0, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => now = to,
                Err(found) => now = Events(found),
            }
        }
        sys::futex_wait(&self.0, now.0, until)
    }

    /// Says that no more events are to be waited for, and wakes all who wait.
    pub(crate) fn close(&self) {
        let mut seen = self.0.load(Ordering::Relaxed);
        // ORDERING: Release, as an event.
        // LINEARIZES: close, on the producers' word.
        // CRASH: after it and before the wake, sleepers find out at their backstop.
        while let Err(found) = self.0.compare_exchange(
            seen,
            (seen | CLOSED) & !WAITERS,
            Ordering::Release,
            Ordering::Relaxed,
        ) {
            seen = found;
        }
        sys::futex_wake_all(&self.0);
    }
}
