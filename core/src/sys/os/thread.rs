//! Who runs.

#![allow(clippy::disallowed_methods, reason = "this file is the seam's door to std's panicking")]

pub(crate) use super::robust::{Current, current};

/// Returns true while this thread unwinds a panic.
#[inline]
pub(crate) fn panicking() -> bool {
    std::thread::panicking()
}
