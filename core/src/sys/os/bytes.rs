//! Plain bytes of shared memory that a lock guards.

#![allow(unsafe_code, reason = "copies from and to raw memory")]

use std::ptr::NonNull;

/// A run of bytes in a region. Who reads or writes must hold the lock that guards them; another
/// process that does not keep to that can spoil the bytes, not more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bytes {
    base: NonNull<u8>,
    len: usize,
}

// SAFETY: shared memory is there for all threads; who touches it holds the lock that guards it.
unsafe impl Send for Bytes {}
// SAFETY: as for Send.
unsafe impl Sync for Bytes {}

impl Bytes {
    /// How many bytes of a region `len` bytes take.
    pub(crate) const fn footprint(len: usize) -> usize {
        len
    }

    /// Takes over zeroed memory.
    ///
    /// # Safety
    ///
    /// `base` points at [`footprint`](Self::footprint) bytes that nobody else uses, aligned to 64,
    /// and they stay mapped as long as the value is used.
    pub(crate) unsafe fn init(base: NonNull<u8>, len: usize) -> Self {
        Self { base, len }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Where the first of them lies.
    pub(crate) fn address(&self) -> usize {
        self.base.as_ptr().addr()
    }

    /// Copies `from` to the bytes that start at `at`.
    ///
    /// # Panics
    ///
    /// If they do not fit.
    #[inline]
    pub(crate) fn write(&self, at: usize, from: &[u8]) {
        assert!(at <= self.len && from.len() <= self.len - at, "checked by the caller");
        // SAFETY: in bounds, as just asserted.
        let to = unsafe { self.base.add(at) };
        // SAFETY: valid for that many bytes, and a private slice does not overlap shared memory.
        unsafe { std::ptr::copy_nonoverlapping(from.as_ptr(), to.as_ptr(), from.len()) };
    }

    /// Copies the bytes that start at `at` to `to`.
    ///
    /// # Panics
    ///
    /// If they are not there.
    #[inline]
    pub(crate) fn read(&self, at: usize, to: &mut [u8]) {
        assert!(at <= self.len && to.len() <= self.len - at, "checked by the caller");
        // SAFETY: in bounds, as just asserted.
        let from = unsafe { self.base.add(at) };
        // SAFETY: valid for that many bytes, and a private slice does not overlap shared memory.
        unsafe { std::ptr::copy_nonoverlapping(from.as_ptr(), to.as_mut_ptr(), to.len()) };
    }

    /// Shows the `len` bytes that start at `at`.
    ///
    /// # Panics
    ///
    /// If they are not there.
    #[inline]
    pub(crate) fn with<R>(&self, at: usize, len: usize, f: impl FnOnce(&[u8]) -> R) -> R {
        assert!(at <= self.len && len <= self.len - at, "checked by the caller");
        // SAFETY: in bounds, as just asserted.
        let from = unsafe { self.base.add(at) };
        // SAFETY: in bounds; nobody writes them while the caller holds the lock that guards them.
        f(unsafe { std::slice::from_raw_parts(from.as_ptr(), len) })
    }

    /// Lets `f` write the `len` bytes that start at `at`; before, they hold anything.
    ///
    /// # Panics
    ///
    /// If they are not there.
    #[inline]
    pub(crate) fn with_mut<R>(&self, at: usize, len: usize, f: impl FnOnce(&mut [u8]) -> R) -> R {
        assert!(at <= self.len && len <= self.len - at, "checked by the caller");
        // SAFETY: in bounds, as just asserted.
        let to = unsafe { self.base.add(at) };
        // SAFETY: in bounds; nobody else uses them while the caller holds the lock that guards
        // them.
        f(unsafe { std::slice::from_raw_parts_mut(to.as_ptr(), len) })
    }
}
