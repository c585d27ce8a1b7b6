//! Code that does what an instruction of the program does, at the open view of shared memory.

#![allow(unsafe_code, reason = "writes code into a mapping that tracees execute")]

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::ptr::NonNull;

use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous, munmap};

use super::instruction::{Decoded, Use};

/// Room for some tens of thousands of instructions.
const SIZE: usize = 1 << 20;

/// The code made so far; shared, so that all processes have what is added later.
#[derive(Debug)]
pub(super) struct Trampolines {
    base: NonNull<u8>,
    used: usize,
    /// By the address of the instruction, and which of its uses are moved.
    made: HashMap<(u64, Vec<bool>), u64>,
}

impl Trampolines {
    /// Makes room.
    ///
    /// # Errors
    ///
    /// The kernel gives no memory that can be executed.
    pub(super) fn new() -> Result<Self, String> {
        let size = NonZeroUsize::new(SIZE).ok_or("a size")?;
        let protection = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE | ProtFlags::PROT_EXEC;
        // SAFETY: a new mapping at an address of the kernel's choice aliases nothing.
        let base = unsafe { mmap_anonymous(None, size, protection, MapFlags::MAP_SHARED) };
        let base = base.map_err(|errno| format!("no memory for code: {errno}"))?.cast();
        Ok(Self { base, used: 0, made: HashMap::new() })
    }

    /// Where the code lies.
    pub(super) fn range(&self) -> std::ops::Range<u64> {
        let start = self.base.as_ptr().addr() as u64;
        start..start + SIZE as u64
    }

    /// Where the code starts that does what `decoded` at `address` does, those `uses` being moved
    /// by `distance` that `moved` says.
    ///
    /// # Errors
    ///
    /// The instruction cannot be moved, or there is no room left.
    pub(super) fn of(
        &mut self,
        address: u64,
        decoded: &Decoded,
        uses: &[Use],
        moved: &[bool],
        distance: i64,
    ) -> Result<u64, String> {
        let key = (address, moved.to_vec());
        if let Some(place) = self.made.get(&key) {
            return Ok(*place);
        }
        let place = self.base.as_ptr().addr() + self.used;
        let chosen = uses.iter().zip(moved).filter(|(_, moved)| **moved).map(|(used, _)| *used);
        let chosen: Vec<_> = chosen.collect();
        let code = decoded.moved(distance, &chosen, place as u64)?;
        if self.used + code.len() > SIZE {
            return Err("there is no room for more code".to_owned());
        }
        // SAFETY: the mapping is writable and has room for these bytes; nobody executes them yet.
        unsafe { std::ptr::copy_nonoverlapping(code.as_ptr(), place as *mut u8, code.len()) };
        self.used += code.len().next_multiple_of(16);
        self.made.insert(key, place as u64);
        Ok(place as u64)
    }
}

impl Drop for Trampolines {
    fn drop(&mut self) {
        // SAFETY: base and size are those of the mapping; its users are tracees that have ended or
        // have a mapping of their own.
        let result = unsafe { munmap(self.base.cast(), SIZE) };
        debug_assert_eq!(result, Ok(()), "munmap of an own mapping cannot fail");
    }
}
