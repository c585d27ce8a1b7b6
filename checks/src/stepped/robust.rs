//! The robust list of a tracee.

#![allow(unsafe_code, reason = "get_robust_list(2) has no wrapper")]

use super::kernel::RobustHead;
use crate::ptrace::Stopped;

/// Makes it stop behind each change of its list's head: of the first node and of the pending one.
///
/// # Errors
///
/// The processor's debug registers cannot be had.
pub(super) fn watch(process: &Stopped) -> Result<(), String> {
    let RobustHead { address, .. } = head(process);
    let refused = |errno| format!("the debug registers, which show deaths in between: {errno}");
    process.watch_writes(&[address, address + 16]).map_err(refused)
}

/// The head of its list, as it is now; empty if the kernel knows of none.
pub(super) fn head(process: &Stopped) -> RobustHead {
    let mut address = 0_u64;
    let mut len = 0_usize;
    // SAFETY: both out-pointers are valid for the duration of the call.
    let result = unsafe {
        libc::syscall(
            libc::SYS_get_robust_list,
            process.pid().as_raw(),
            &raw mut address,
            &raw mut len,
        )
    };
    let mut words = [0; 24];
    if result != 0 || process.read(address, &mut words).is_err() {
        return RobustHead::default();
    }
    let word = |at: usize| {
        let bytes = words[at..at + 8].try_into();
        bytes.map(u64::from_le_bytes).unwrap_or(0)
    };
    RobustHead { address, first: word(0), offset: word(8) as i64, pending: word(16) }
}
