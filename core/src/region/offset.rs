//! Pointers that mean the same in every process: distances from the start of a region.

#![allow(unsafe_code, reason = "declares and implements the unsafe trait Shared")]

use std::marker::PhantomData;

use super::OffsetError;
use crate::sys::{AtomicU32, AtomicU64};

/// Marks types that may live in a region.
///
/// # Safety
///
/// The type is position-independent (no pointers), any bytes are a valid value of it (another
/// process may have written them), it may be used by several processes at once, and dropping it
/// does nothing, because nobody will.
pub unsafe trait Shared: Sync {}

// SAFETY: one word, any value of which is valid, changed by atomic operations only.
unsafe impl Shared for AtomicU32 {}
// SAFETY: as for AtomicU32.
unsafe impl Shared for AtomicU64 {}
// SAFETY: an array is its elements, one after the other.
unsafe impl<T: Shared, const N: usize> Shared for [T; N] {}

/// Where a value of type `T` lies in its region; the same in every process.
#[derive(Debug)]
pub struct Offset<T> {
    at: usize,
    value: PhantomData<fn() -> T>,
}

// Derived, these would ask for `T: Clone` and `T: Copy`.
impl<T> Clone for Offset<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Offset<T> {}

impl<T> Offset<T> {
    pub(super) fn new(at: usize) -> Self {
        Self { at, value: PhantomData }
    }

    /// Returns the distance in bytes if a `T` can lie there.
    pub(super) fn check(self, header: usize, len: usize) -> Result<usize, OffsetError> {
        let end = self.at.checked_add(size_of::<T>());
        let inside = self.at >= header && end.is_some_and(|end| end <= len);
        let aligned = self.at.is_multiple_of(align_of::<T>());
        if inside && aligned { Ok(self.at) } else { Err(OffsetError { at: self.at, len }) }
    }
}
