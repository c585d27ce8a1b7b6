//! A value in a region, together with what keeps it mapped.

#![allow(unsafe_code, reason = "keeps a pointer into the region that the handle keeps mapped")]

use std::ops::Deref;
use std::ptr::NonNull;

use super::{Region, Shared};

/// A handle on a value in shared memory: as long as there is one, the value stays mapped.
#[derive(Debug)]
pub(crate) struct Placed<T: ?Sized> {
    /// Points into `region`.
    value: NonNull<T>,
    region: Region,
}

// SAFETY: `Shared` values are made for use by many threads and processes at once.
unsafe impl<T: Shared> Send for Placed<T> {}
// SAFETY: as for Send.
unsafe impl<T: Shared> Sync for Placed<T> {}
// SAFETY: as for one value.
unsafe impl<T: Shared> Send for Placed<[T]> {}
// SAFETY: as for one value.
unsafe impl<T: Shared> Sync for Placed<[T]> {}

// Derived, it would ask for `T: Clone`.
impl<T: ?Sized> Clone for Placed<T> {
    fn clone(&self) -> Self {
        Self { value: self.value, region: self.region.clone() }
    }
}

impl<T: ?Sized> Placed<T> {
    /// Makes a handle on what lies at `value`.
    ///
    /// # Safety
    ///
    /// A value lies there, within `region`.
    pub(super) unsafe fn at(value: NonNull<T>, region: &Region) -> Self {
        Self { value, region: region.clone() }
    }

    /// The region that the value lies in.
    pub(crate) fn region(&self) -> &Region {
        &self.region
    }
}

impl<T: Shared> Deref for Placed<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: points into `region`, which stays mapped as long as `self`; a `Shared` value may
        // be changed by other processes at any moment.
        unsafe { self.value.as_ref() }
    }
}

impl<T: Shared> Deref for Placed<[T]> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        // SAFETY: as for one value.
        unsafe { self.value.as_ref() }
    }
}
