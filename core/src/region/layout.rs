//! Values that lie in a region one after the other: laid out by whoever made the region, and found
//! at the same places by whoever opens it later.

#![allow(unsafe_code, reason = "writes values into shared memory")]

use std::ptr::NonNull;

use super::{Placed, Region, RegionError, Shared};
use crate::sys::Bytes;

/// Goes through the parts of an object in shared memory in the order in which they lie there.
///
/// The places follow from the sizes of the parts alone. So an object is described once, by the
/// function that asks for its parts; no offset has to be kept in shared memory, where another
/// process could spoil it.
#[derive(Debug)]
pub(crate) struct Layout<'a> {
    region: &'a Region,
    task: Task,
}

#[derive(Debug)]
enum Task {
    /// Takes free room and writes the parts there.
    Make,
    /// Finds what was made before; the next part comes at or after this offset.
    Find(usize),
}

impl<'a> Layout<'a> {
    /// Lays parts out in the free room of `region`.
    pub(crate) fn make(region: &'a Region) -> Self {
        Self { region, task: Task::Make }
    }

    /// Finds the first parts of `region` again.
    #[cfg_attr(forkstep_loom, expect(dead_code, reason = "nothing has a name in the model"))]
    pub(crate) fn find(region: &'a Region) -> Self {
        Self { region, task: Task::Find(Region::FIRST) }
    }

    /// The next part, which is one value.
    pub(crate) fn one<T: Shared>(
        &mut self,
        make: impl FnOnce() -> T,
    ) -> Result<Placed<T>, RegionError> {
        let place = self.room(size_of::<T>(), align_of::<T>())?.cast::<T>();
        if self.is_new() {
            // SAFETY: `room` gave these bytes to nobody else, aligned for T.
            unsafe { place.write(make()) };
        }
        // SAFETY: a T lies there, in the region: just written, or by whoever made the region; and
        // any bytes are a value of a `Shared` type.
        Ok(unsafe { Placed::at(place, self.region) })
    }

    /// The next part, which is `len` values.
    pub(crate) fn many<T: Shared>(
        &mut self,
        len: usize,
        mut make: impl FnMut() -> T,
    ) -> Result<Placed<[T]>, RegionError> {
        let first = self.room(size_of::<T>().saturating_mul(len), align_of::<T>())?.cast::<T>();
        for n in 0..if self.is_new() { len } else { 0 } {
            // SAFETY: `room` gave room for `len` values.
            let place = unsafe { first.add(n) };
            // SAFETY: nobody else has these bytes, and they are aligned for T.
            unsafe { place.write(make()) };
        }
        let values = NonNull::slice_from_raw_parts(first, len);
        // SAFETY: as for one value.
        Ok(unsafe { Placed::at(values, self.region) })
    }

    /// The next part, which is plain bytes.
    pub(crate) fn bytes(&mut self, len: usize) -> Result<Bytes, RegionError> {
        let base = self.room(Bytes::footprint(len), 64)?;
        // SAFETY: `room` gave these bytes to this part alone, aligned to 64; who uses the result
        // keeps a handle on the region beside it.
        Ok(unsafe { Bytes::init(base, len) })
    }

    fn is_new(&self) -> bool {
        matches!(self.task, Task::Make)
    }

    fn room(&mut self, bytes: usize, align: usize) -> Result<NonNull<u8>, RegionError> {
        match &mut self.task {
            Task::Make => self.region.reserve(bytes, align),
            Task::Find(next) => {
                let (place, end) = self.region.room_at(*next, bytes, align)?;
                *next = end;
                Ok(place)
            }
        }
    }
}

#[cfg(all(test, not(forkstep_loom)))]
mod tests {
    use super::*;
    use crate::sys::{AtomicU32, AtomicU64, Ordering};

    type Parts = (Placed<AtomicU32>, Placed<[AtomicU64]>, Bytes, Placed<AtomicU64>);

    fn parts(mut layout: Layout<'_>) -> Result<Parts, RegionError> {
        Ok((
            layout.one(|| AtomicU32::new(7))?,
            layout.many(3, || AtomicU64::new(8))?,
            layout.bytes(100)?,
            layout.one(|| AtomicU64::new(9))?,
        ))
    }

    #[test]
    fn what_was_laid_out_is_found_again() {
        let region = Region::anonymous(500).expect("500 bytes");
        let made = parts(Layout::make(&region)).expect("room");
        made.1[2].store(80, Ordering::Relaxed);
        made.2.write(99, b"x");
        let found = parts(Layout::find(&region)).expect("the same room");
        assert_eq!(found.0.load(Ordering::Relaxed), 7);
        assert_eq!(found.1[2].load(Ordering::Relaxed), 80);
        assert_eq!(found.3.load(Ordering::Relaxed), 9);
        let mut byte = [0];
        found.2.read(99, &mut byte);
        assert_eq!(&byte, b"x");
    }

    #[test]
    fn parts_beyond_the_end_are_not_found() {
        let region = Region::anonymous(8).expect("8 bytes");
        let mut layout = Layout::find(&region);
        layout.many(2, || AtomicU64::new(0)).expect("a page is there");
        for bytes in [5000, usize::MAX - 7, usize::MAX] {
            let error = layout.bytes(bytes).expect_err("beyond the end");
            assert!(matches!(error, RegionError::Full { needed, .. } if needed == bytes));
        }
    }
}
