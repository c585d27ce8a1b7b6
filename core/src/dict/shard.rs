//! What lies in shared memory, as typed words.

#![allow(unsafe_code, reason = "declares what lies in shared memory")]

use super::key::Tag;
use crate::region::Shared;
use crate::sys::{AtomicU64, Ordering, fence};
#[cfg(not(forkstep_loom))]
use crate::words::NamedWord;

/// The bytes of a word.
pub(super) const WORD: usize = 8;

/// Which half is in use, how large its table is, and how many roots there were before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Root(u64);

impl Root {
    /// The first root, with a table of `1 << bits` slots.
    pub(super) fn first(bits: u32) -> Self {
        Self(u64::from(bits))
    }

    /// The root that follows this one.
    pub(super) fn next(self, bits: u32) -> Self {
        Self(((self.0 >> 8) + 1) << 8 | u64::from(bits))
    }

    /// Which half it uses: 0 or 1.
    #[inline]
    pub(super) fn half(self) -> usize {
        (self.0 >> 8) as usize & 1
    }

    /// How many roots there were before.
    #[cfg(not(forkstep_loom))]
    pub(super) fn generation(self) -> u64 {
        self.0 >> 8
    }

    /// How many slots its table has, if another process did not spoil it; a power of two.
    #[inline]
    pub(super) fn slots(self) -> Option<usize> {
        1_usize.checked_shl(self.0 as u32 & 0xff)
    }
}

/// One slot of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot(u64);

/// The most words that a half may have, so that places and lengths fit 32 bits.
pub(super) const MAX_HALF: usize = 1 << 29;

/// Above where the entry lies stands the tag of its key.
const TAG_SHIFT: u32 = 32;

impl Slot {
    pub(super) const EMPTY: Self = Self(0);
    /// Stood for a key that was removed: a search goes on behind it. No entry lies at 1, because
    /// the table has more slots than that.
    pub(super) const GRAVE: Self = Self(1);

    /// Names the entry at this word of the half.
    #[inline]
    pub(super) fn naming(at: usize, tag: Tag) -> Self {
        Self(u64::from(tag.0) << TAG_SHIFT | at as u64)
    }

    #[inline]
    pub(super) fn is_empty(self) -> bool {
        self == Self::EMPTY
    }

    #[inline]
    pub(super) fn is_grave(self) -> bool {
        self == Self::GRAVE
    }

    #[inline]
    pub(super) fn names_entry(self) -> bool {
        self.0 > Self::GRAVE.0
    }

    #[inline]
    pub(super) fn tag(self) -> Tag {
        Tag((self.0 >> TAG_SHIFT) as u32)
    }

    /// At which word of the half the entry lies.
    #[inline]
    pub(super) fn at(self) -> usize {
        self.0 as u32 as usize
    }
}

/// A word of a half: a slot, or a word of an entry.
#[derive(Debug)]
#[repr(transparent)]
pub(super) struct Word(AtomicU64);

// SAFETY: an atomic word; no pointer; dropping does nothing; any bytes are a valid value.
unsafe impl Shared for Word {}

impl Word {
    pub(super) fn new() -> Self {
        Self(AtomicU64::named(0, "dict.word"))
    }

    /// Reads it as a word of an entry.
    #[inline]
    pub(super) fn get(&self) -> u64 {
        // ORDERING: Relaxed; who got here by a slot looked at that with Acquire. A reader checks
        // the root afterwards, with a fence in between that also pairs with the Release of
        // `change`: who sees a value sees what was done before it was written.
        self.0.load(Ordering::Relaxed)
    }

    /// Changes a value of one word.
    #[inline]
    pub(super) fn change(&self, word: u64) {
        // ORDERING: Release: see `get`.
        // LINEARIZES: insert and update of a key that is there.
        // CRASH: before it, the old value is there; after it, the new one.
        self.0.store(word, Ordering::Release);
    }

    /// Writes it, where no root or slot leads yet.
    #[inline]
    pub(super) fn set(&self, word: u64) {
        // CRASH: nobody sees it.
        self.0.store(word, Ordering::Relaxed);
    }

    /// Reads it as a slot.
    #[inline]
    pub(super) fn slot(&self) -> Slot {
        // ORDERING: Acquire, paired with the Release of `commit`: who sees a slot sees its entry.
        Slot(self.0.load(Ordering::Acquire))
    }

    /// Changes a slot of the table in use.
    #[inline]
    pub(super) fn commit(&self, slot: Slot) {
        // ORDERING: Release: see `slot`.
        // LINEARIZES: insert, update, remove.
        // CRASH: before it, the key is as it was; after it, as it should be, and only the counts
        // are wrong until the next writer makes them anew.
        self.0.store(slot.0, Ordering::Release);
    }

    /// Writes a slot of a table that is not in use yet.
    #[inline]
    pub(super) fn prepare(&self, slot: Slot) {
        self.set(slot.0);
    }
}

/// What readers of a shard look at, apart from what its writers change all the time.
#[derive(Debug)]
#[repr(C, align(64))]
pub(super) struct Head {
    root: AtomicU64,
}

// SAFETY: as for `Word`.
unsafe impl Shared for Head {}

impl Head {
    pub(super) fn new(root: Root) -> Self {
        Self { root: AtomicU64::named(root.0, "dict.root") }
    }

    /// The root. The caller holds the lock.
    #[inline]
    pub(super) fn own(&self) -> Root {
        // ORDERING: Relaxed; it is changed under the lock only.
        Root(self.root.load(Ordering::Relaxed))
    }

    /// Looks from elsewhere.
    #[inline]
    pub(super) fn look(&self) -> Root {
        // ORDERING: Acquire, paired with the Release of `move_to`: who sees a root sees its table.
        Root(self.root.load(Ordering::Acquire))
    }

    /// Says whether the root is still the one that was looked at before something was read.
    #[inline]
    pub(super) fn is_still(&self, root: Root) -> bool {
        // ORDERING: paired with the fence of `prepare`: who has read a word that was written for a
        // later generation sees a later root.
        fence(Ordering::Acquire);
        self.root.load(Ordering::Relaxed) == root.0
    }

    /// Begins to write the half that is not in use.
    pub(super) fn prepare(&self) {
        // ORDERING: see `is_still`. The root of this generation was stored by this process, or by
        // one that held the lock before.
        fence(Ordering::Release);
    }

    /// Makes the half in use that was prepared.
    pub(super) fn move_to(&self, root: Root) {
        // ORDERING: Release: see `look`.
        // LINEARIZES: clear.
        // CRASH: before it, all is as it was; after it, the shard has another table.
        self.root.store(root.0, Ordering::Release);
    }
}

/// What the writers of a shard keep. They hold the lock; others read the count.
#[derive(Debug)]
#[repr(C, align(64))]
pub(super) struct Counts {
    /// How many words of each half are taken.
    tops: [AtomicU64; 2],
    /// How many keys there are.
    keys: AtomicU64,
    /// How many slots are not empty.
    used: AtomicU64,
}

// SAFETY: as for `Word`.
unsafe impl Shared for Counts {}

// ORDERING: Relaxed, all of them: the lock orders them, and `keys` passes no data on to others.
impl Counts {
    pub(super) fn new(top: usize) -> Self {
        Self {
            tops: [
                AtomicU64::named(top as u64, "dict.top"),
                AtomicU64::named(top as u64, "dict.top"),
            ],
            keys: AtomicU64::named(0, "dict.keys"),
            used: AtomicU64::named(0, "dict.used"),
        }
    }

    #[cfg(not(forkstep_loom))]
    pub(super) fn words(&self, name: &str) -> Vec<NamedWord> {
        vec![
            NamedWord::of(format!("{name}.top[0]"), &self.tops[0]),
            NamedWord::of(format!("{name}.top[1]"), &self.tops[1]),
            NamedWord::of(format!("{name}.keys"), &self.keys),
            NamedWord::of(format!("{name}.used"), &self.used),
        ]
    }

    #[inline]
    pub(super) fn top(&self, half: usize) -> usize {
        self.tops[half].load(Ordering::Relaxed) as usize
    }

    #[inline]
    pub(super) fn set_top(&self, half: usize, top: usize) {
        // CRASH: the room is taken, and nothing names it: it is free again in the next generation.
        self.tops[half].store(top as u64, Ordering::Relaxed);
    }

    #[inline]
    pub(super) fn keys(&self) -> usize {
        self.keys.load(Ordering::Relaxed) as usize
    }

    #[inline]
    pub(super) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed) as usize
    }

    /// Notes both counts.
    #[inline]
    pub(super) fn set(&self, keys: usize, used: usize) {
        // CRASH: the counts are made anew by the next writer.
        self.keys.store(keys as u64, Ordering::Relaxed);
        self.used.store(used as u64, Ordering::Relaxed);
    }
}
