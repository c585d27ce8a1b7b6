//! Who runs.

#![allow(clippy::disallowed_methods, reason = "this file is the seam's door to std's panicking")]

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;

pub(crate) use super::robust::{Current, current};

/// Returns true while this thread unwinds a panic.
#[inline]
pub(crate) fn panicking() -> bool {
    std::thread::panicking()
}

/// Says whether there is a thread of this number; its process may have died and not be reaped yet.
pub(crate) fn is_there(tid: u32) -> bool {
    // Without a signal, only the look. Another user's thread is there too.
    let found = |tid| !matches!(kill(Pid::from_raw(tid), None), Err(Errno::ESRCH));
    i32::try_from(tid).ok().filter(|tid| *tid > 0).is_some_and(found)
}
