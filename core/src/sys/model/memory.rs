//! Shared memory of the model: zeroed memory of this process, one allocation a mapping.

#![allow(unsafe_code, reason = "allocates raw memory for objects that are built in place")]

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::NonNull;

use crate::sys::MappingError;

/// Zeroed memory at one address, page-aligned as a mapping is.
#[derive(Debug)]
pub(crate) struct Mapping {
    base: NonNull<u8>,
    layout: Layout,
}

// SAFETY: plain memory; all participants of a model run on one thread anyway.
unsafe impl Send for Mapping {}
// SAFETY: as for Send.
unsafe impl Sync for Mapping {}

impl Mapping {
    pub(crate) fn anonymous(len: usize) -> Result<Self, MappingError> {
        let layout =
            Layout::from_size_align(len.max(1), 4096).map_err(|_| MappingError::NoMemory)?;
        // SAFETY: the layout is not empty.
        let base = NonNull::new(unsafe { alloc_zeroed(layout) }).ok_or(MappingError::NoMemory)?;
        Ok(Self { base, layout })
    }

    pub(crate) fn base(&self) -> NonNull<u8> {
        self.base
    }

    pub(crate) fn len(&self) -> usize {
        self.layout.size()
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: base and layout are those of the allocation, and nothing borrows from it.
        unsafe { dealloc(self.base.as_ptr(), self.layout) };
    }
}
