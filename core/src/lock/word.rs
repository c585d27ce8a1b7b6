//! The futex word of a lock, and what its bits mean.

use crate::sys::{self, AtomicU32, Ordering, Until, WaitOutcome};

const WAITERS: u32 = 0x8000_0000;
const OWNER_DIED: u32 = 0x4000_0000;
const OWNER: u32 = 0x3fff_ffff;

/// One value of the word. The table of its states stands in [`lock`](super).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Snapshot(u32);

impl Snapshot {
    pub(super) const FREE: Self = Self(0);
    /// No thread has this id: the kernel gives out at most 2^22 of them.
    const NOT_RECOVERABLE: Self = Self(OWNER);

    pub(super) fn owner(self) -> u32 {
        self.0 & OWNER
    }

    pub(super) fn owner_died(self) -> bool {
        self.0 & OWNER_DIED != 0
    }

    pub(super) fn has_waiters(self) -> bool {
        self.0 & WAITERS != 0
    }

    pub(super) fn is_takeable(self) -> bool {
        self.owner() == 0
    }

    pub(super) fn is_not_recoverable(self) -> bool {
        self == Self::NOT_RECOVERABLE
    }

    pub(super) fn with_waiters(self) -> Self {
        Self(self.0 | WAITERS)
    }

    fn taken_by(self, tid: u32) -> u32 {
        self.0 & WAITERS | tid
    }
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_not_recoverable() {
            return f.write_str("not recoverable");
        }
        match (self.owner_died(), self.owner()) {
            (false, 0) => f.write_str("free")?,
            (true, 0) => f.write_str("owner died")?,
            (false, tid) => write!(f, "held by {tid}")?,
            // No participant writes this: the memory is corrupt.
            (true, tid) => write!(f, "owner died and held by {tid}")?,
        }
        if self.has_waiters() { f.write_str(", waiters") } else { Ok(()) }
    }
}

/// The word itself: every change that a participant can make to it is one of these functions.
#[derive(Debug)]
#[repr(transparent)]
pub(super) struct LockWord(AtomicU32);

impl LockWord {
    pub(super) fn new() -> Self {
        Self(AtomicU32::named(0, "lock.word"))
    }

    /// For the robust list, which works on the bare word.
    #[inline]
    pub(super) fn raw(&self) -> &AtomicU32 {
        &self.0
    }

    /// Looks; the value may be old by the time that it is used.
    #[inline]
    pub(super) fn look(&self) -> Snapshot {
        Snapshot(self.0.load(Ordering::Relaxed))
    }

    /// Puts `tid` into a word that has no owner.
    #[inline]
    pub(super) fn take(&self, seen: Snapshot, tid: u32) -> Result<(), Snapshot> {
        self.take_leaving(seen, seen, tid)
    }

    /// As [`take`](Self::take), the other bits becoming those of `left`.
    #[inline]
    pub(super) fn take_leaving(
        &self,
        seen: Snapshot,
        left: Snapshot,
        tid: u32,
    ) -> Result<(), Snapshot> {
        debug_assert!(seen.is_takeable(), "invariant 1: only a word without an owner is taken");
        // ORDERING: Acquire, so that what the last owner wrote is visible.
        // LINEARIZES: acquire.
        // CRASH: the owner field is ours or not; if it is, the pending entry names the word.
        let (order, failure) = (Ordering::Acquire, Ordering::Relaxed);
        match self.0.compare_exchange(seen.0, left.taken_by(tid), order, failure) {
            Ok(_) => Ok(()),
            Err(found) => Err(Snapshot(found)),
        }
    }

    /// Notes on a held word that somebody is about to sleep.
    pub(super) fn announce_waiter(&self, from: Snapshot) -> Result<Snapshot, Snapshot> {
        let to = from.with_waiters();
        // ORDERING: Relaxed; the bit asks the owner for a wake and passes no data on.
        // CRASH: the bit stays without a sleeper; it costs the owner one wake of nobody.
        match self.0.compare_exchange(from.0, to.0, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => Ok(to),
            Err(found) => Err(Snapshot(found)),
        }
    }

    /// Sleeps while the word is as it was seen (invariant 3).
    pub(super) fn sleep(&self, seen: Snapshot, until: Until) -> WaitOutcome {
        debug_assert!(seen.has_waiters(), "invariant 3: sleeps only on a value with WAITERS set");
        sys::futex_wait(&self.0, seen.0, until)
    }

    /// Gives up the word; returns what it was.
    #[inline]
    pub(super) fn release(&self) -> Snapshot {
        // ORDERING: Release, so that the next owner sees what this one wrote.
        // LINEARIZES: release.
        // CRASH: after it, and before the wake, the kernel finds the pending word without an owner
        // and wakes one.
        Snapshot(self.0.swap(Snapshot::FREE.0, Ordering::Release))
    }

    /// Gives up the word for good.
    pub(super) fn abandon(&self) {
        // ORDERING: Relaxed; nobody will read the data again.
        // CRASH: after it, and before the wake, sleepers find out at their backstop.
        self.0.swap(Snapshot::NOT_RECOVERABLE.0, Ordering::Relaxed);
    }

    #[inline]
    pub(super) fn wake_one(&self) {
        sys::futex_wake_one(&self.0);
    }

    pub(super) fn wake_all(&self) {
        sys::futex_wake_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::Snapshot;

    #[test]
    fn states_are_told_apart() {
        for (bits, text) in [
            (0, "free"),
            (7, "held by 7"),
            (0x8000_0007, "held by 7, waiters"),
            (0x4000_0000, "owner died"),
            (0xc000_0007, "owner died and held by 7, waiters"),
            (0x3fff_ffff, "not recoverable"),
        ] {
            let word = Snapshot(bits);
            assert_eq!(format!("{word:?}"), text);
            assert_eq!(word.is_takeable(), bits & 0x3fff_ffff == 0);
        }
    }
}
