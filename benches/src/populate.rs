//! Page faults of a process, all at once and before time counts.

#![allow(unsafe_code, reason = "advises the kernel on memory")]

use std::fs;
use std::ptr::{NonNull, with_exposed_provenance_mut};

use nix::sys::mman::{MmapAdvise, madvise};

/// Maps every page of the memory that this process shares with others and may write.
///
/// A forked process has a page fault at the first use of each: an operation that uses new pages
/// time and again would be charged for what a process that lives longer pays once. A kernel that
/// cannot do this leaves the faults where they are.
///
/// # Panics
///
/// When the process cannot list its mappings.
pub fn shared_pages() {
    let mappings = fs::read_to_string("/proc/self/maps").expect("a list of mappings");
    for (from, to) in mappings.lines().filter_map(shared_and_writable) {
        let Some(at) = NonNull::new(with_exposed_provenance_mut(from)) else { continue };
        // SAFETY: the kernel maps pages that are there already, or that the first use would make:
        // what is in them does not change. It refuses a range that is no mapping any more.
        let _ = unsafe { madvise(at, to - from, MmapAdvise::MADV_POPULATE_WRITE) };
    }
}

/// Takes the first address of a mapping and the one after its last from a line of proc_pid_maps(5).
fn shared_and_writable(line: &str) -> Option<(usize, usize)> {
    let (range, rest) = line.split_once(' ')?;
    if !rest.starts_with("rw") || rest.as_bytes().get(3) != Some(&b's') {
        return None;
    }
    let (from, to) = range.split_once('-')?;
    Some((usize::from_str_radix(from, 16).ok()?, usize::from_str_radix(to, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_mappings_are_told_from_private_ones() {
        let shared = "7f00-8f00 rw-s 00000000 00:01 1234   /memfd:forkstep (deleted)";
        assert_eq!(shared_and_writable(shared), Some((0x7f00, 0x8f00)));
        let others = [shared.replace("rw-s", "rw-p"), shared.replace("rw-s", "r--s")];
        assert!(others.iter().all(|line| shared_and_writable(line).is_none()));
    }

    #[test]
    fn what_is_shared_stays_as_it_was() {
        let shared = crate::mapping::SharedBox::new([7_u8; 10_000]);
        shared_pages();
        assert!(shared.iter().all(|&byte| byte == 7));
    }
}
