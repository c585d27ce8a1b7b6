//! A key as bytes and as words, with its hash.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::shard::WORD;

/// A key that is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key<'a> {
    bytes: &'a [u8],
    hash: u64,
}

impl<'a> Key<'a> {
    #[inline]
    pub(super) fn new(bytes: &'a [u8], seed: u64) -> Self {
        Self { bytes, hash: xxh3_64_with_seed(bytes, seed) }
    }

    #[inline]
    pub(super) fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    #[inline]
    pub(super) fn len(self) -> usize {
        self.bytes.len()
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

/// The words of some bytes, the last one padded with zeros.
#[inline]
pub(super) fn words(bytes: &[u8]) -> impl Iterator<Item = u64> {
    bytes.chunks(WORD).map(|chunk| match chunk.try_into() {
        Ok(whole) => u64::from_le_bytes(whole),
        Err(_) => {
            let mut word = [0; WORD];
            word[..chunk.len()].copy_from_slice(chunk);
            u64::from_le_bytes(word)
        }
    })
}
