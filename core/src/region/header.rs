//! The first bytes of a region.

use super::RegionError;
use crate::sys::{AtomicU64, Ordering};

/// `forkstep` in ASCII, so that a region can be told from other memory.
const MAGIC: u64 = u64::from_le_bytes(*b"forkstep");
/// Counts up with every change of what lies where.
const LAYOUT_VERSION: u64 = 1;

/// Says what the memory is and how much of it is taken.
#[repr(C, align(64))]
#[derive(Debug)]
pub(super) struct Header {
    magic: AtomicU64,
    version: AtomicU64,
    size: AtomicU64,
    /// Bytes handed out from the start. Any process may raise it; nobody lowers it.
    used: AtomicU64,
}

impl Header {
    pub(super) fn new(size: usize) -> Self {
        Self {
            magic: AtomicU64::named(MAGIC, "region.magic"),
            version: AtomicU64::named(LAYOUT_VERSION, "region.version"),
            size: AtomicU64::named(size as u64, "region.size"),
            used: AtomicU64::named(size_of::<Self>() as u64, "region.used"),
        }
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
