//! Futexes: process-shared, so without `FUTEX_PRIVATE_FLAG`. Source: futex(2).

#![allow(unsafe_code, reason = "the futex system call has no safe wrapper")]
#![allow(clippy::disallowed_methods, reason = "this file is the seam's door to futex(2)")]

use super::AtomicU32;
use crate::sys::{Until, WaitOutcome};

/// Sleeps while `word` holds `expected`, until a wake, a signal or the time `until`.
pub(crate) fn futex_wait(word: &AtomicU32, expected: u32, until: Until) -> WaitOutcome {
    let deadline = libc::timespec {
        tv_sec: i64::try_from(until.ns / 1_000_000_000).unwrap_or(i64::MAX),
        tv_nsec: (until.ns % 1_000_000_000) as i64,
    };
    // FUTEX_WAIT_BITSET takes an absolute time on CLOCK_MONOTONIC; plain FUTEX_WAIT a relative
    // one, which would start anew after each interruption.
    // SAFETY: `word` and `deadline` are valid for the duration of the call, which only reads them.
    let result = unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAIT_BITSET,
            expected,
            &raw const deadline,
            std::ptr::null::<u32>(),
            libc::FUTEX_BITSET_MATCH_ANY,
        )
    };
    if result == 0 {
        return WaitOutcome::Woken;
    }
    match errno() {
        libc::EAGAIN => WaitOutcome::Mismatch,
        libc::EINTR => WaitOutcome::Interrupted,
        libc::ETIMEDOUT => WaitOutcome::TimedOut,
        other => unreachable!("futex_wait failed with errno {other}"),
    }
}

/// Wakes at most one sleeper of `word`; returns how many were woken.
pub(crate) fn futex_wake_one(word: &AtomicU32) -> usize {
    futex_wake(word, 1)
}

/// Wakes all sleepers of `word`; returns how many were woken.
pub(crate) fn futex_wake_all(word: &AtomicU32) -> usize {
    futex_wake(word, usize::MAX)
}

/// Wakes at most `count` sleepers of `word`; returns how many were woken.
pub(crate) fn futex_wake(word: &AtomicU32, count: usize) -> usize {
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    // SAFETY: `word` is a valid, aligned 32-bit word; the kernel only uses its address.
    let woken = unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE, count) };
    usize::try_from(woken)
        .unwrap_or_else(|_| unreachable!("futex_wake failed with errno {}", errno()))
}

fn errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}
