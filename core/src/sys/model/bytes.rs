//! Plain bytes of the model: a cell for each run of eight, so that loom finds races on them.

#![allow(unsafe_code, reason = "reaches cells that were built in place in raw memory")]

use std::ptr::NonNull;

use super::UnsafeCell;

/// How many bytes a cell holds; records start at multiples of it.
const GRAIN: usize = 8;

type Grain = UnsafeCell<[u8; GRAIN]>;

/// A run of bytes in a region, guarded by a lock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bytes {
    base: NonNull<Grain>,
    len: usize,
}

// SAFETY: shared memory is there for all participants; loom finds who touches it without the lock.
unsafe impl Send for Bytes {}
// SAFETY: as for Send.
unsafe impl Sync for Bytes {}

impl Bytes {
    /// How many bytes of a region `len` bytes take.
    pub(crate) const fn footprint(len: usize) -> usize {
        len.div_ceil(GRAIN) * size_of::<Grain>()
    }

    /// Takes over zeroed memory and builds the cells in it.
    ///
    /// # Safety
    ///
    /// As for the real machine.
    pub(crate) unsafe fn init(base: NonNull<u8>, len: usize) -> Self {
        let base = base.cast::<Grain>();
        for n in 0..len.div_ceil(GRAIN) {
            // SAFETY: the caller gave room for that many cells.
            let cell = unsafe { base.add(n) };
            // SAFETY: nobody else uses the memory yet.
            unsafe { cell.write(UnsafeCell::named([0; GRAIN], "bytes")) };
        }
        Self { base, len }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    fn grain(&self, number: usize) -> &Grain {
        // SAFETY: the callers keep to `len`, and `init` built that many cells.
        let cell = unsafe { self.base.add(number) };
        // SAFETY: built by `init`, and mapped as long as this value is used.
        unsafe { cell.as_ref() }
    }

    #[track_caller]
    pub(crate) fn write(&self, at: usize, from: &[u8]) {
        assert!(at <= self.len && from.len() <= self.len - at, "checked by the caller");
        assert!(at.is_multiple_of(GRAIN), "records start at whole grains");
        for (n, part) in from.chunks(GRAIN).enumerate() {
            self.grain(at / GRAIN + n).with_mut(|grain| {
                // SAFETY: the lock is held; loom reports a race otherwise.
                let grain = unsafe { &mut *grain };
                grain[..part.len()].copy_from_slice(part);
            });
        }
    }

    #[track_caller]
    pub(crate) fn read(&self, at: usize, to: &mut [u8]) {
        assert!(at <= self.len && to.len() <= self.len - at, "checked by the caller");
        assert!(at.is_multiple_of(GRAIN), "records start at whole grains");
        for (n, part) in to.chunks_mut(GRAIN).enumerate() {
            self.grain(at / GRAIN + n).with(|grain| {
                // SAFETY: the lock is held; loom reports a race otherwise.
                let grain = unsafe { &*grain };
                part.copy_from_slice(&grain[..part.len()]);
            });
        }
    }

    #[track_caller]
    pub(crate) fn with<R>(&self, at: usize, len: usize, f: impl FnOnce(&[u8]) -> R) -> R {
        let mut bytes = vec![0; len];
        self.read(at, &mut bytes);
        f(&bytes)
    }

    #[track_caller]
    pub(crate) fn with_mut<R>(&self, at: usize, len: usize, f: impl FnOnce(&mut [u8]) -> R) -> R {
        let mut bytes = vec![0; len];
        let result = f(&mut bytes);
        self.write(at, &bytes);
        result
    }
}
