//! Longer values: two copies, and the turn that says which one counts.

use super::bytes::{Plain, padded, split, split_mut};
use crate::sys::{AtomicU64, Ordering, fence, spin};
#[cfg(not(forkstep_loom))]
use crate::words::NamedWord;

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

    /// The words, each copy as one area.
    #[cfg(not(forkstep_loom))]
    pub(super) fn words(self, name: &str) -> Vec<NamedWord> {
        let [first, second] = self.copies;
        vec![
            NamedWord::of(format!("{name}.turn"), self.turn),
            NamedWord::of(format!("{name}.copy[0]"), first),
            NamedWord::of(format!("{name}.copy[1]"), second),
        ]
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
            let value = load(self.copy(seen));
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
        store(value, self.copy(next));
        // ORDERING: Release, paired with the first look of `read`.
        // LINEARIZES: set and update.
        // CRASH: before it the old value, after it the new one.
        self.turn.store(next, Ordering::Release);
    }
}

/// Reads a copy, of which the value need not be one.
#[inline]
fn load<T: Plain>(copy: &[AtomicU64]) -> T {
    let mut value = T::new_zeroed();
    let (whole, rest) = split_mut(&mut value);
    for (word, bytes) in copy.iter().zip(whole) {
        // ORDERING: Relaxed; a word of a later writer is found out afterwards.
        *bytes = word.load(Ordering::Relaxed).to_le_bytes();
    }
    if let (Some(last), false) = (copy.last(), rest.is_empty()) {
        let len = rest.len();
        rest.copy_from_slice(&last.load(Ordering::Relaxed).to_le_bytes()[..len]);
    }
    value
}

/// Writes a copy that nobody reads.
#[inline]
fn store<T: Plain>(value: &T, copy: &[AtomicU64]) {
    let (whole, rest) = split(value);
    // CRASH: the free copy is half written; nobody reads it, and the next writer fills it anew.
    for (word, bytes) in copy.iter().zip(whole) {
        word.store(u64::from_le_bytes(*bytes), Ordering::Relaxed);
    }
    if let (Some(last), false) = (copy.last(), rest.is_empty()) {
        last.store(padded(rest), Ordering::Relaxed);
    }
}
