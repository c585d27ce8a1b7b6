//! One value in shared memory that forked processes inherit.

#![allow(unsafe_code, reason = "maps shared memory and hands out references into it")]

use std::fmt;
use std::num::NonZeroUsize;
use std::ops::Deref;
use std::ptr::NonNull;

use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous, munmap};

/// Owns a value in an anonymous `MAP_SHARED` mapping.
///
/// A process forked later sees the same value at the same address. When such a process dies,
/// the value stays as it left it. The mapping goes away with the box of its creator; the
/// children of the benches end by `_exit` and drop nothing.
pub struct SharedBox<T> {
    at: NonNull<T>,
    bytes: NonZeroUsize,
}

// SAFETY: the box only hands out `&T`, and `T: Sync` may be used through `&T` by everybody.
unsafe impl<T: Sync> Sync for SharedBox<T> {}

impl<T: Sync> SharedBox<T> {
    /// Maps fresh pages and moves `value` into them.
    ///
    /// # Panics
    ///
    /// When the kernel gives no memory.
    pub fn new(value: T) -> Self {
        let bytes = NonZeroUsize::new(size_of::<T>().max(1)).expect("at least one byte");
        let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: no address is asked for, so the kernel picks unused pages.
        let pages = unsafe { mmap_anonymous(None, bytes, access, MapFlags::MAP_SHARED) };
        let at: NonNull<T> = pages.expect("an anonymous mapping").cast();
        assert!(at.is_aligned(), "a page is aligned for every value of the benches");
        // SAFETY: the pages are fresh, writable, large enough and aligned for `T`.
        unsafe { at.write(value) };
        Self { at, bytes }
    }
}

impl<T> Deref for SharedBox<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: `new` has written a `T`, the mapping lives as long as the box, and nobody
        // makes an exclusive reference before `drop`.
        unsafe { self.at.as_ref() }
    }
}

impl<T> Drop for SharedBox<T> {
    fn drop(&mut self) {
        // SAFETY: the value is initialised, and `&mut self` shows that no reference is left.
        unsafe { self.at.drop_in_place() };
        // SAFETY: address and length are those of the mapping, which nothing uses any more.
        let unmapped = unsafe { munmap(self.at.cast(), self.bytes.get()) };
        debug_assert!(unmapped.is_ok(), "munmap of one's own mapping: {unmapped:?}");
    }
}

impl<T: fmt::Debug> fmt::Debug for SharedBox<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SharedBox").field(&**self).finish()
    }
}

/// Gives a value two cache lines of its own: the prefetcher fetches lines in pairs.
#[derive(Debug, Default)]
#[repr(align(128))]
pub struct Apart<T>(pub T);
