//! The first bytes of a region.

use super::RegionError;
#[cfg(not(forkstep_loom))]
use super::identity::{HeaderError, Identity, PARAMETERS};
use crate::sys::{AtomicU64, Ordering};
#[cfg(not(forkstep_loom))]
use std::mem::offset_of;

/// `forkstep` in ASCII, so that a region can be told from other memory.
const MAGIC: u64 = u64::from_le_bytes(*b"forkstep");
/// Counts up with every change of what lies where.
const LAYOUT_VERSION: u64 = 2;

/// Says what the memory is and how much of it is taken.
///
/// The first three words stay where they are in every version.
#[repr(C, align(64))]
#[derive(Debug)]
pub(super) struct Header {
    magic: AtomicU64,
    version: AtomicU64,
    size: AtomicU64,
    /// Bytes handed out from the start. Any process may raise it; nobody lowers it.
    used: AtomicU64,
    /// For who opens the region by its name: written before it has one, and never again.
    #[cfg(not(forkstep_loom))]
    kind: AtomicU64,
    #[cfg(not(forkstep_loom))]
    parameters: [AtomicU64; PARAMETERS],
}

impl Header {
    pub(super) fn new(size: usize, #[cfg(not(forkstep_loom))] identity: Identity) -> Self {
        Self {
            #[cfg(not(forkstep_loom))]
            kind: AtomicU64::named(identity.kind, "region.kind"),
            #[cfg(not(forkstep_loom))]
            parameters: identity.parameters.map(|word| AtomicU64::named(word, "region.parameter")),
            magic: AtomicU64::named(MAGIC, "region.magic"),
            version: AtomicU64::named(LAYOUT_VERSION, "region.version"),
            size: AtomicU64::named(size as u64, "region.size"),
            used: AtomicU64::named(size_of::<Self>() as u64, "region.used"),
        }
    }

    /// Reads the words of a header from the start of a file: once, as a private copy.
    ///
    /// # Errors
    ///
    /// These bytes are no header of this version.
    #[cfg(not(forkstep_loom))]
    pub(super) fn read(start: &[u8; size_of::<Self>()]) -> Result<(Identity, u64), HeaderError> {
        let word = |at: usize| {
            let bytes = start[at..at + 8].try_into().expect("eight bytes are eight bytes");
            u64::from_ne_bytes(bytes)
        };
        if word(offset_of!(Self, magic)) != MAGIC {
            return Err(HeaderError::NotARegion);
        }
        match word(offset_of!(Self, version)) {
            LAYOUT_VERSION => {}
            found => return Err(HeaderError::OtherVersion { found, expected: LAYOUT_VERSION }),
        }
        let parameters = std::array::from_fn(|n| {
            word(offset_of!(Self, parameters) + n * size_of::<AtomicU64>())
        });
        let identity = Identity { kind: word(offset_of!(Self, kind)), parameters };
        Ok((identity, word(offset_of!(Self, size))))
    }

    /// Hands out `bytes` bytes of this alignment; returns where they start.
    pub(super) fn reserve(
        &self,
        bytes: usize,
        align: usize,
        len: usize,
    ) -> Result<usize, RegionError> {
        // ORDERING: the bytes are published by whoever passes their offset on; this word only has
        // to be handed out once.
        let mut used = self.used.load(Ordering::Relaxed);
        loop {
            let (start, end) = fit(used as usize, bytes, align, len)?;
            // CRASH: before, nothing is taken; after, the bytes are taken and nobody knows them.
            let exchange =
                self.used.compare_exchange(used, end as u64, Ordering::Relaxed, Ordering::Relaxed);
            match exchange {
                Ok(_) => return Ok(start),
                Err(found) => used = found,
            }
        }
    }

    pub(super) fn left(&self, len: usize) -> usize {
        len.saturating_sub(self.used.load(Ordering::Relaxed) as usize)
    }
}

/// Where `bytes` bytes of this alignment start and end that come at or after `from`, if that is
/// before `len`.
pub(super) fn fit(
    from: usize,
    bytes: usize,
    align: usize,
    len: usize,
) -> Result<(usize, usize), RegionError> {
    debug_assert!(align <= 4096, "a mapping is aligned to pages of 4096 bytes");
    let start = from.min(len).next_multiple_of(align);
    let full = RegionError::Full { needed: bytes, left: len.saturating_sub(start) };
    let end = start.checked_add(bytes).filter(|end| *end <= len).ok_or(full)?;
    Ok((start, end))
}
