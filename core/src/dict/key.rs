//! A key and its hash.

use rapidhash::v3::{RapidSecrets, rapidhash_v3_inline};

use super::datum::Datum;

/// A key that is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key<'a> {
    datum: &'a Datum,
    hash: u64,
}

impl<'a> Key<'a> {
    #[inline]
    pub(super) fn new(datum: &'a Datum, secrets: &RapidSecrets) -> Self {
        Self { datum, hash: rapidhash_v3_inline::<true, true, false>(datum.bytes(), secrets) }
    }

    #[inline]
    pub(super) fn datum(self) -> &'a Datum {
        self.datum
    }

    /// Which of so many shards is the key's; a power of two.
    #[inline]
    pub(super) fn shard(self, shards: usize) -> usize {
        self.hash as usize & (shards - 1)
    }

    /// The bits of the hash that stand in the slot.
    #[inline]
    pub(super) fn tag(self) -> Tag {
        Tag((self.hash >> 32) as u32)
    }
}

/// Some bits of a key's hash: they say where the search for it starts, and tell most keys apart
/// that are met on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag(pub(super) u32);

impl Tag {
    /// Where in a table of so many slots the search starts; a power of two.
    #[inline]
    pub(super) fn home(self, slots: usize) -> usize {
        self.0 as usize & (slots - 1)
    }
}
