//! Words that a tracee may not change unseen: the debug registers of the processor.

use nix::errno::Errno;
use nix::sys::ptrace;

use super::Stopped;

/// The debug register that says what is watched, and the one that says what was hit. Source: AMD64
/// Architecture Programmer's Manual, volume 2, section 13.1.
const DEBUG_CONTROL: usize = 7;
const DEBUG_STATUS: usize = 6;

impl Stopped {
    /// Makes it stop behind each write to one of these words, of eight bytes each: debug registers,
    /// of which there are four.
    ///
    /// # Errors
    ///
    /// The kernel refuses, or it is gone.
    pub fn watch_writes(&self, words: &[u64]) -> Result<(), Errno> {
        let mut control = 0;
        for (slot, word) in words.iter().enumerate() {
            self.set_debug(slot, *word)?;
            // On for this thread; on writes, of eight bytes.
            control |= 1 << (2 * slot) | 0b1001 << (16 + 4 * slot);
        }
        self.set_debug(DEBUG_CONTROL, control)
    }

    /// Says whether it has stopped behind a watched write, and forgets that.
    ///
    /// # Errors
    ///
    /// It is gone.
    pub fn take_watched_write(&self) -> Result<bool, Errno> {
        let status = ptrace::read_user(self.pid, debug_offset(DEBUG_STATUS))? as u64;
        let hit = status & 0xf != 0;
        if hit {
            self.set_debug(DEBUG_STATUS, 0)?;
        }
        Ok(hit)
    }

    fn set_debug(&self, register: usize, value: u64) -> Result<(), Errno> {
        ptrace::write_user(self.pid, debug_offset(register), value as libc::c_long)
    }
}

fn debug_offset(register: usize) -> ptrace::AddressType {
    let first = std::mem::offset_of!(libc::user, u_debugreg);
    (first + register * size_of::<u64>()) as ptrace::AddressType
}
