//! Shared memory: without a name a memfd, allocated and sealed; with a name a shared file. Source:
//! memfd_create(2), fcntl(2) on file seals.

#![allow(unsafe_code, reason = "mapping memory hands out raw pointers")]

use std::fs::File;
use std::num::NonZeroUsize;
use std::ptr::NonNull;

use nix::errno::Errno;
use nix::fcntl::{FallocateFlags, FcntlArg, SealFlag, fallocate, fcntl};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::mman::{MapFlags, ProtFlags, mmap, munmap};

use super::robust;
use super::shared_file::{Access, SharedFile};
use crate::sys::MappingError;

/// Memory, shared with every process forked later, at the same address in all of them.
#[derive(Debug)]
pub(crate) struct Mapping {
    base: NonNull<u8>,
    len: usize,
}

// SAFETY: the mapping is plain memory; who may touch what in it is decided above.
unsafe impl Send for Mapping {}
// SAFETY: as for Send; the handle itself is never written after construction.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Makes a mapping of `len` bytes, all of them allocated now: lack of memory is an error here
    /// and not a SIGBUS later.
    pub(crate) fn anonymous(len: usize) -> Result<Self, MappingError> {
        let bytes = i64::try_from(len).map_err(|_| MappingError::NoMemory)?;
        check_available(len)?;
        let flags = MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING;
        let file = memfd_create(c"forkstep", flags).map_err(failed_mapping("memfd_create"))?;
        let file = File::from(file);
        fallocate(&file, FallocateFlags::empty(), 0, bytes).map_err(failed_mapping("fallocate"))?;
        let seals = SealFlag::F_SEAL_SHRINK | SealFlag::F_SEAL_GROW | SealFlag::F_SEAL_SEAL;
        let sealed = fcntl(&file, FcntlArg::F_ADD_SEALS(seals));
        sealed.map_err(failed_mapping("fcntl(F_ADD_SEALS)"))?;
        // The seals keep the file from ever shrinking under the mapping.
        Self::map(&file, len, Access::Write)
    }

    /// Maps the first `len` bytes of a file, which must have them. It cannot be sealed: who may
    /// write to it may also cut it short, and then touching what is gone is a SIGBUS.
    pub(crate) fn of_file(
        file: &SharedFile,
        len: usize,
        access: Access,
    ) -> Result<Self, MappingError> {
        Self::map(file.file(), len, access)
    }

    fn map(file: &File, len: usize, access: Access) -> Result<Self, MappingError> {
        let size = NonZeroUsize::new(len).ok_or(MappingError::NoMemory)?;
        let protection = match access {
            Access::Read => ProtFlags::PROT_READ,
            Access::Write => ProtFlags::PROT_READ | ProtFlags::PROT_WRITE,
        };
        // SAFETY: a new mapping at an address of the kernel's choice aliases nothing.
        let base = unsafe { mmap(None, size, protection, MapFlags::MAP_SHARED, file, 0) };
        Ok(Self { base: base.map_err(failed_mapping("mmap"))?.cast(), len })
    }

    /// Where the mapping starts.
    pub(crate) fn base(&self) -> NonNull<u8> {
        self.base
    }

    /// Its length in bytes.
    pub(crate) fn len(&self) -> usize {
        self.len
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        let start = self.base.as_ptr().addr();
        if robust::holds_within(&(start..start + self.len)) {
            // A leaked guard: the robust list still points here, so the memory has to stay.
            return;
        }
        // SAFETY: base and len are those of the mmap, nothing borrows from the mapping any more,
        // and no robust list of this process points into it.
        let result = unsafe { munmap(self.base.cast(), self.len) };
        debug_assert_eq!(result, Ok(()), "munmap of an own mapping cannot fail");
    }
}

pub(super) fn failed_mapping(call: &'static str) -> impl Fn(Errno) -> MappingError {
    move |errno| match errno {
        Errno::ENOMEM | Errno::ENOSPC | Errno::EFBIG => MappingError::NoMemory,
        other => MappingError::Os { call, errno: other as i32 },
    }
}

/// Refuses what the machine has not got: the kernel would hand out pages until it has to kill
/// somebody for them.
pub(super) fn check_available(len: usize) -> Result<(), MappingError> {
    match available() {
        Some(available) if len as u64 > available => Err(MappingError::NoMemory),
        _ => Ok(()),
    }
}

/// The bytes that the machine can still give without swapping, where /proc says so.
fn available() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}
