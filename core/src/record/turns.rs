//! Longer values: two copies, and the turn that says which one counts.

use super::bytes::{Plain, for_each_word, from_words};
use crate::sys::{AtomicU64, Ordering, fence, spin};

/// How often a reader tries anew at once; after that it pauses first.
const AT_ONCE: u32 = 8;
/// How long it pauses: about as long as a short value takes to write.
const PAUSES: u32 = 16;

/// A record of several words; see the [module](super).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turns<'a> {
    turn: &'a AtomicU64,
    copies: [&'a [AtomicU64]; 2],
}

impl<'a> Turns<'a> {
    #[inline]
    pub(super) fn new(turn: &'a AtomicU64, copies: &'a [AtomicU64]) -> Self {
        Self { turn, copies: copies.split_at(copies.len() / 2).into() }
    }

    #[inline]
    fn copy(self, turn: u64) -> &'a [AtomicU64] {
        self.copies[(turn & 1) as usize]
    }

    /// Reads the value, whole. Tries anew for as long as others write it.
    #[inline]
    pub(super) fn read<T: Plain>(self) -> T {
        let mut tries = 0;
        loop {
            // ORDERING: Acquire, paired with the Release of the commit: who sees the turn sees the
            // copy that it committed.
            // LINEARIZES: get, by the look that the second one confirms.
            let seen = self.turn.load(Ordering::Acquire);
            let copy = self.copy(seen);
            // ORDERING: Relaxed; a word of a later writer is found out below.
            let value = from_words(|n| copy[n].load(Ordering::Relaxed));
            // ORDERING: Acquire, paired with the Release fence of `write`: who has read a word of
            // the writer that found seen + 1 sees that turn below: invariant 3.
            fence(Ordering::Acquire);
            if self.turn.load(Ordering::Relaxed) == seen {
                return value;
            }
            tries += 1;
            if tries > AT_ONCE {
                spin(PAUSES);
            }
        }
    }

    /// Replaces the value. The caller holds the lock.
    #[inline]
    pub(super) fn write<T: Plain>(self, value: &T) {
        // ORDERING: Relaxed; it is changed under the lock only.
        let next = self.turn.load(Ordering::Relaxed).wrapping_add(1);
        // ORDERING: Release, paired with the Acquire fence of `read`: see there.
        fence(Ordering::Release);
        let copy = self.copy(next);
        // CRASH: the free copy is half written; nobody reads it, and the next writer fills it anew.
        for_each_word(value, |n, word| copy[n].store(word, Ordering::Relaxed));
        // ORDERING: Release, paired with the first look of `read`.
        // LINEARIZES: set and update.
        // CRASH: before it the old value, after it the new one.
        self.turn.store(next, Ordering::Release);
    }
}
