//! Waiting on a bare word: futex(2), without a limit of time, as textbooks show it.

#![allow(unsafe_code, reason = "the futex system call has no safe wrapper")]

use forkstep::atomic::AtomicU32;

/// Sleeps while the word holds `expected`, until a wake; may also return for no reason.
pub(super) fn wait(word: &AtomicU32, expected: u32) {
    let address = std::ptr::from_ref(word);
    let no_limit = std::ptr::null::<libc::timespec>();
    // SAFETY: the word is valid for the duration of the call, which only reads it; there is no
    // time-out to read.
    let result =
        unsafe { libc::syscall(libc::SYS_futex, address, libc::FUTEX_WAIT, expected, no_limit) };
    let error = std::io::Error::last_os_error().raw_os_error();
    let returns = result == 0 || matches!(error, Some(libc::EAGAIN | libc::EINTR));
    assert!(returns, "a futex wait failed with errno {error:?}");
}

/// Wakes at most `count` of those who sleep on the word.
pub(super) fn wake(word: &AtomicU32, count: i32) {
    let address = std::ptr::from_ref(word);
    // SAFETY: the word is valid; the kernel only uses its address.
    let woken = unsafe { libc::syscall(libc::SYS_futex, address, libc::FUTEX_WAKE, count) };
    assert!(woken >= 0, "a futex wake failed");
}
