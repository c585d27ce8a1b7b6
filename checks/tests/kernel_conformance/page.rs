//! The real memory of the words: one page that is shared, between two that nobody can read.

#![allow(unsafe_code, reason = "robust lists by hand, without the seam under test")]

use std::num::NonZeroUsize;
use std::ptr::{self, NonNull};

use forkstep::atomic::{AtomicU32, AtomicU64};
use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous, mprotect, munmap};

use crate::layout::{self, EDGE, LEAD_ON, LED_TO, PAGE};

/// With the guards around it.
const SIZE: NonZeroUsize = NonZeroUsize::new(3 * PAGE).expect("a page is large");

/// A page that processes forked from now on share.
pub(crate) struct Pages(NonNull<u8>);

/// The same for those who take orders: it stays mapped as long as they live.
#[derive(Clone, Copy)]
pub(crate) struct Page(NonNull<u8>);

impl Pages {
    pub(crate) fn new() -> Pages {
        let none = ProtFlags::PROT_NONE;
        // SAFETY: a new mapping at an address of the kernel's choice aliases nothing.
        let all = unsafe { mmap_anonymous(None, SIZE, none, MapFlags::MAP_SHARED) };
        let all: NonNull<u8> = all.expect("memory").cast();
        // SAFETY: the mapping has three pages.
        let page = unsafe { all.add(PAGE) };
        let open = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: the page is of this mapping, which nothing refers to yet.
        unsafe { mprotect(page.cast(), PAGE, open) }.expect("an own page");
        let pages = Pages(all);
        let on = pages.page().node(LED_TO).to_ne_bytes();
        for node in LEAD_ON {
            // SAFETY: the node lies in the page.
            let at = unsafe { page.add(node) };
            // SAFETY: in the page that was opened, which nobody shares yet.
            unsafe { ptr::copy_nonoverlapping(on.as_ptr(), at.as_ptr(), on.len()) };
        }
        pages
    }

    pub(crate) fn page(&self) -> Page {
        // SAFETY: the mapping has three pages.
        Page(unsafe { self.0.add(PAGE) })
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        // SAFETY: the mapping is this process's own, and whoever used the page has ended.
        unsafe { munmap(self.0.cast(), SIZE.get()) }.expect("an own mapping");
    }
}

impl Page {
    /// The word of this number.
    pub(crate) fn word<'a>(self, number: usize) -> &'a AtomicU32 {
        // SAFETY: the word lies in the page.
        let at = unsafe { self.0.add(layout::word(number)) };
        // SAFETY: mapped while anybody follows orders, aligned, and atomic to everybody.
        unsafe { at.cast().as_ref() }
    }

    /// What the node of a word leads to.
    pub(crate) fn next<'a>(self, number: usize) -> &'a AtomicU64 {
        assert_ne!(number, EDGE, "its node is out of reach");
        // SAFETY: the node lies in the page, as it is not the last.
        let at = unsafe { self.0.add(layout::node(number)) };
        // SAFETY: mapped while anybody follows orders, aligned, and atomic to everybody.
        unsafe { at.cast().as_ref() }
    }

    /// The node of a word.
    pub(crate) fn node(self, number: usize) -> u64 {
        self.address(layout::node(number))
    }

    /// What lies so far from the start of the page, or behind it.
    pub(crate) fn address(self, offset: usize) -> u64 {
        (self.0.addr().get() + offset) as u64
    }
}
