//! The clock of all deadlines.

#![allow(unsafe_code, reason = "clock_gettime is a C function")]

/// Returns the nanoseconds on CLOCK_MONOTONIC: one time base for all processes of a machine.
pub(crate) fn now() -> u64 {
    let mut ts = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `ts` is a valid timespec to write to.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut ts) };
    assert_eq!(result, 0, "CLOCK_MONOTONIC exists on every Linux");
    ts.tv_sec as u64 * 1_000_000_000 + ts.tv_nsec as u64
}
