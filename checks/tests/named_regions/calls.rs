//! System calls that the standard library has no function for.

#![allow(unsafe_code, reason = "signals to processes that are nobody's handle, pipes with names")]

use std::ffi::CString;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// Stops a process, or kills it, by its number. It must not have been reaped yet.
pub(crate) fn signal(pid: u32, signal: i32) {
    let pid = i32::try_from(pid).expect("process ids are small");
    // SAFETY: kill takes two integers and touches no memory.
    let sent = unsafe { libc::kill(pid, signal) };
    assert_eq!(sent, 0, "kill: {}", io::Error::last_os_error());
}

pub(crate) fn make_fifo(path: &Path) {
    let path = CString::new(path.as_os_str().as_bytes()).expect("paths hold no zero");
    // SAFETY: the path is a valid C string.
    let made = unsafe { libc::mkfifo(path.as_ptr(), 0o600) };
    assert_eq!(made, 0, "mkfifo: {}", io::Error::last_os_error());
}

/// Sets what is taken from the mode of each new file of this process.
pub(crate) fn set_umask(mask: u32) {
    // SAFETY: umask takes an integer and touches no memory.
    unsafe { libc::umask(mask) };
}
