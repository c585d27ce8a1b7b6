//! Sleeping until something else in shared memory has changed, without missing the change.
//!
//! # The word
//!
//! | turn | WAITERS | meaning | who leaves this state, and how |
//! |---|---|---|---|
//! | n | 0 | nobody sleeps here | a waiter: sets WAITERS |
//! | n | 1 | somebody may sleep here, or is about to | a notifier: wakes one and leaves it so; or n + 1 without WAITERS, and wakes all |
//!
//! # Invariants
//!
//! 1. A waiter announces itself, then looks whether what it waits for has happened, then sleeps, on
//!    the value that it announced itself with. A notifier makes the thing happen, then looks for
//!    WAITERS. A full fence stands between the two steps of either: one of them sees the other.
//! 2. Whoever sleeps does so on a value with WAITERS. WAITERS is taken back only together with a
//!    new turn and before a wake of all: who has not fallen asleep by then will not, and who has is
//!    woken. A notifier that finds fewer sleepers than it has a use for does this.
//! 3. A waiter that was woken looks again before it gives up, and if it leaves all the same
//!    although what it waited for is there, it passes the wake on.
//!
//! So without deaths no wake-up is lost. A notifier that dies between the change and the wake, and
//! a waiter that dies after it was woken, cost the others at most one backstop.
//!
//! # Memory ordering
//!
//! The words that the waiters wait for carry all data; this one is Relaxed throughout, and only the
//! fences of invariant 1 matter.
//!
//! Source: D. Vyukov's eventcount.

use crate::sys::{self, AtomicU32, Ordering, Until, WaitOutcome};

const WAITERS: u32 = 1;

/// The word; see the [module](self).
#[derive(Debug)]
#[repr(transparent)]
pub(crate) struct EventCount(AtomicU32);

/// The value with which a waiter announced itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket(u32);

impl EventCount {
    pub(crate) fn new(name: &'static str) -> Self {
        Self(AtomicU32::named(0, name))
    }

    /// Announces a waiter, who then looks again, and sleeps if there is still nothing.
    pub(crate) fn announce(&self) -> Ticket {
        let mut seen = self.0.load(Ordering::Relaxed);
        while seen & WAITERS == 0 {
            let to = seen | WAITERS;
            // ORDERING: Relaxed, here and for the failure; the fence below orders it.
            // CRASH: the flag stays without a sleeper; it costs a notifier some system calls.
            match self.0.compare_exchange(seen, to, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => seen = to,
                Err(found) => seen = found,
            }
        }
        // ORDERING: SeqCst, paired with the fence of the notifiers: invariant 1.
        sys::fence(Ordering::SeqCst);
        Ticket(seen)
    }

    /// Sleeps until a notification after the announcement, or until the time is up.
    pub(crate) fn wait(&self, ticket: Ticket, until: Until) -> WaitOutcome {
        sys::futex_wait(&self.0, ticket.0, until)
    }

    /// Wakes `count` of those who wait, after a change that so many of them can use. What the
    /// caller did last was a read-modify-write: it released the lock of its side.
    #[inline]
    pub(crate) fn notify(&self, count: usize) {
        if let Some(seen) = self.waiters() {
            self.notify_waiters(seen, count);
        }
    }

    /// Wakes all who wait, as [`notify`](Self::notify).
    #[inline]
    pub(crate) fn notify_all(&self) {
        if let Some(seen) = self.waiters() {
            self.notify_all_waiters(seen);
        }
    }

    /// Wakes another one in place of the caller, who was woken and cannot use it: invariant 3.
    #[cold]
    pub(crate) fn pass_on(&self) {
        // ORDERING: SeqCst: who announced itself before sees the change, or its flag is seen here.
        sys::fence(Ordering::SeqCst);
        self.notify(1);
    }

    /// The word, if somebody may sleep here.
    #[inline]
    fn waiters(&self) -> Option<u32> {
        // ORDERING: a full fence between the change and the look: invariant 1.
        sys::fence_after_rmw();
        // CRASH: the change is there; who sleeps finds out at its backstop.
        let seen = self.0.load(Ordering::Relaxed);
        (seen & WAITERS != 0).then_some(seen)
    }

    #[cold]
    fn notify_waiters(&self, seen: u32, count: usize) {
        // CRASH: some were woken and others not, who find out at their backstop.
        if sys::futex_wake(&self.0, count) < count {
            // Somebody has announced itself and not fallen asleep yet, or the flag outlived them.
            self.notify_all_waiters(seen);
        }
    }

    #[cold]
    fn notify_all_waiters(&self, mut seen: u32) {
        while seen & WAITERS != 0 {
            // The flag is the lowest bit: one more is the next turn without it.
            let next = seen.wrapping_add(WAITERS);
            // CRASH: who has announced itself looks again; who sleeps does so at its backstop.
            match self.0.compare_exchange(seen, next, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => {
                    sys::futex_wake_all(&self.0);
                    return;
                }
                // Somebody else notified: it wakes whoever slept before.
                Err(found) => seen = found,
            }
        }
    }
}
