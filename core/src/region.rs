//! Shared memory that processes forked later see at the same address, and others under a name.

#![allow(unsafe_code, reason = "hands out references into shared memory")]

mod error;
mod header;
#[cfg(not(forkstep_loom))]
mod identity;
#[cfg(not(forkstep_loom))]
mod in_file;
mod layout;
mod offset;
mod placed;

use std::ptr::NonNull;
use std::sync::Arc;

use crate::sys::{Mapping, MappingError};
pub use error::{OffsetError, RegionError};
use header::Header;
#[cfg(not(forkstep_loom))]
pub(crate) use identity::{HeaderError, Identity, Parameters};
pub(crate) use layout::Layout;
pub use offset::{Offset, Shared};
pub(crate) use placed::Placed;

/// A mapped segment of shared memory, allocated up front.
///
/// Sealed against shrinking, inherited by fork, without a name: nothing of it is left when the last
/// process that has it ends, however it ends. When a process dies, the region stays as it is for
/// the others. Space is handed out from front to back and never taken back before the end.
///
/// Cloning gives another handle on the same region.
///
/// # Examples
///
/// ```
/// use forkstep::{Region, atomic::{AtomicU64, Ordering}};
///
/// let region = Region::anonymous(4096)?;
/// let counter = region.place(AtomicU64::new(3))?;
/// region.get(counter)?.fetch_add(1, Ordering::Relaxed);
/// assert_eq!(region.get(counter)?.load(Ordering::Relaxed), 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Region {
    mapping: Arc<Mapping>,
}

impl Region {
    /// The largest region that can be asked for, in bytes: what fits a 47-bit address space.
    pub const MAX: usize = 1 << 46;
    /// Where the first value lies, if it needs no more alignment than the header.
    const FIRST: usize = size_of::<Header>();

    /// Makes a region with room for objects of `bytes` bytes in all, padding included.
    ///
    /// # Errors
    ///
    /// [`RegionError::Empty`] for 0 bytes; [`RegionError::TooLarge`] beyond [`Region::MAX`];
    /// [`RegionError::NoMemory`] if the machine has less than that to give;
    /// [`RegionError::Os`] if a system call failed for another reason.
    pub fn anonymous(bytes: usize) -> Result<Self, RegionError> {
        let len = Self::len_for(bytes)?;
        let mapping = Mapping::anonymous(len).map_err(|error| refused(error, bytes))?;
        let header = Header::new(
            len,
            #[cfg(not(forkstep_loom))]
            Identity::NONE,
        );
        Ok(Self::begin(mapping, header))
    }

    /// How long the mapping of a region is that has room for objects of `bytes` bytes.
    fn len_for(bytes: usize) -> Result<usize, RegionError> {
        match bytes {
            0 => Err(RegionError::Empty),
            bytes if bytes > Self::MAX => Err(RegionError::TooLarge { bytes, max: Self::MAX }),
            bytes => Ok((bytes + size_of::<Header>()).next_multiple_of(4096)),
        }
    }

    /// Begins a region in a mapping that nobody else knows, as long as the header says.
    fn begin(mapping: Mapping, header: Header) -> Self {
        // SAFETY: a mapping starts page-aligned, is longer than a header, and is ours alone.
        unsafe { mapping.base().cast::<Header>().write(header) };
        Self { mapping: Arc::new(mapping) }
    }

    /// Moves `value` into the region.
    ///
    /// If the process dies in here, the space may stay taken; nothing else changes for the others.
    ///
    /// # Errors
    ///
    /// [`RegionError::Full`] if there is not enough room left.
    pub fn place<T: Shared>(&self, value: T) -> Result<Offset<T>, RegionError> {
        let place = self.write(value)?;
        Ok(Offset::new(place.as_ptr().addr() - self.mapping.base().as_ptr().addr()))
    }

    /// Moves `value` into the region and returns it where it lies now.
    ///
    /// # Errors
    ///
    /// [`RegionError::Full`] if there is not enough room left.
    pub fn place_ref<T: Shared>(&self, value: T) -> Result<&T, RegionError> {
        let place = self.write(value)?;
        // SAFETY: just written, mapped as long as `self`, and `Shared` promises that all changes of
        // it go through atomics or a lock of its own.
        Ok(unsafe { place.as_ref() })
    }

    fn write<T: Shared>(&self, value: T) -> Result<NonNull<T>, RegionError> {
        let place = self.reserve(size_of::<T>(), align_of::<T>())?.cast::<T>();
        // SAFETY: `reserve` gave these bytes to nobody else, aligned for T.
        unsafe { place.write(value) };
        Ok(place)
    }

    /// Takes room for good: bytes that nobody else is given.
    fn reserve(&self, bytes: usize, align: usize) -> Result<NonNull<u8>, RegionError> {
        let at = self.header().reserve(bytes, align, self.mapping.len())?;
        // SAFETY: `reserve` returns an offset within the mapping.
        Ok(unsafe { self.mapping.base().add(at) })
    }

    /// Finds room that was taken before: the first that is aligned at or after `from`, and where it
    /// ends.
    fn room_at(
        &self,
        from: usize,
        bytes: usize,
        align: usize,
    ) -> Result<(NonNull<u8>, usize), RegionError> {
        let (start, end) = header::fit(from, bytes, align, self.mapping.len())?;
        // SAFETY: `fit` returns an offset within the mapping.
        Ok((unsafe { self.mapping.base().add(start) }, end))
    }

    /// Finds what lies at `offset`.
    ///
    /// # Errors
    ///
    /// [`OffsetError`] if a value of this type cannot lie there: outside, or not aligned.
    pub fn get<T: Shared>(&self, offset: Offset<T>) -> Result<&T, OffsetError> {
        let at = offset.check(size_of::<Header>(), self.mapping.len())?;
        // SAFETY: `check` made sure that the offset lies within the mapping.
        let place = unsafe { self.mapping.base().add(at) };
        // SAFETY: in bounds and aligned, mapped as long as `self`; `Shared` promises that any bytes
        // are a value of T and that all its changes go through atomics or a lock of its own.
        Ok(unsafe { place.cast::<T>().as_ref() })
    }

    /// The bytes that are still free.
    #[must_use]
    pub fn left(&self) -> usize {
        self.header().left(self.mapping.len())
    }

    fn header(&self) -> &Header {
        // SAFETY: written at construction, or found so by who opened it, at the start of a mapping
        // that lives as long as `self`; all its fields are atomic words.
        unsafe { self.mapping.base().cast::<Header>().as_ref() }
    }
}

fn refused(error: MappingError, bytes: usize) -> RegionError {
    match error {
        MappingError::NoMemory => RegionError::NoMemory { bytes },
        MappingError::Os { call, errno } => RegionError::Os { call, errno },
    }
}

#[cfg(all(test, not(forkstep_loom)))]
mod tests {
    use super::*;
    use crate::sys::{AtomicU64, Ordering};

    #[test]
    fn sizes_that_cannot_be_are_errors() {
        assert_eq!(Region::anonymous(0).expect_err("nothing"), RegionError::Empty);
        let bytes = usize::MAX;
        let expected = RegionError::TooLarge { bytes, max: Region::MAX };
        assert_eq!(Region::anonymous(bytes).expect_err("absurd"), expected);
        let bytes = Region::MAX;
        let expected = RegionError::NoMemory { bytes };
        assert_eq!(Region::anonymous(bytes).expect_err("no machine has it"), expected);
    }

    #[test]
    fn a_full_region_says_so_and_keeps_what_it_has() {
        let region = Region::anonymous(8).expect("8 bytes");
        let mut words = Vec::new();
        let full = loop {
            match region.place(AtomicU64::new(words.len() as u64)) {
                Ok(offset) => words.push(offset),
                Err(error) => break error,
            }
        };
        assert_eq!(full, RegionError::Full { needed: 8, left: 0 });
        assert_eq!(region.left(), 0);
        for (n, offset) in words.iter().enumerate() {
            let word = region.get(*offset).expect("placed");
            assert_eq!(word.load(Ordering::Relaxed), n as u64);
        }
    }

    #[test]
    fn an_offset_of_another_region_is_checked() {
        let (large, small) = (Region::anonymous(10_000), Region::anonymous(8));
        let (large, small) = (large.expect("10,000 bytes"), small.expect("8 bytes"));
        let mut last = large.place(AtomicU64::new(1)).expect("room");
        while let Ok(offset) = large.place(AtomicU64::new(1)) {
            last = offset;
        }
        assert!(small.get(last).is_err(), "beyond the end of the small region");
        assert!(large.get(last).is_ok());
    }

    #[test]
    fn memory_that_was_placed_by_many_threads_is_nobody_elses() {
        let region = Region::anonymous(8 * 400).expect("3,200 bytes");
        let place = |n: u64| {
            (0..100).map(|_| region.place(AtomicU64::new(n)).expect("room")).collect::<Vec<_>>()
        };
        let all: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|n| scope.spawn(move || place(n))).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panics")).collect()
        });
        for (n, offsets) in all.iter().enumerate() {
            let value = |offset: Offset<AtomicU64>| {
                region.get(offset).expect("placed").load(Ordering::Relaxed)
            };
            assert!(offsets.iter().all(|offset| value(*offset) == n as u64));
        }
    }
}
