//! Waits that end.
//!
//! A participant that neither comes to a step nor ends, because it loops on private memory or sits
//! in a system call, would make its tracer wait for ever. While a [`Machine`](super::Machine) is
//! there, a timer interrupts the tracer's waits once a second, and whoever waits counts.

#![allow(unsafe_code, reason = "timers and signal handlers have no safe wrapper")]

use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};

/// How many seconds a participant may take from one step to the next.
pub(super) const PATIENCE: u32 = 10;

/// Interrupts this thread's waits once a second, as long as it is there.
#[derive(Debug)]
pub(super) struct Alarm {
    before: Option<SigAction>,
}

impl Alarm {
    pub(super) fn new() -> Self {
        let handler = SigHandler::Handler(ring);
        // Without SA_RESTART: to interrupt is the purpose.
        let action = SigAction::new(handler, SaFlags::empty(), SigSet::empty());
        // SAFETY: the handler does nothing, which is allowed in a signal handler.
        let before = unsafe { sigaction(Signal::SIGALRM, &action) }.ok();
        every(1);
        Self { before }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        every(0);
        if let Some(before) = &self.before {
            // SAFETY: it is the handler that was there before.
            let _ = unsafe { sigaction(Signal::SIGALRM, before) };
        }
    }
}

extern "C" fn ring(_signal: libc::c_int) {}

/// Sets the timer; 0 stops it.
fn every(seconds: libc::time_t) {
    let time = libc::timeval { tv_sec: seconds, tv_usec: 0 };
    let timer = libc::itimerval { it_interval: time, it_value: time };
    // SAFETY: `timer` is valid, and the old value is not asked for.
    let result =
        unsafe { libc::setitimer(libc::ITIMER_REAL, &raw const timer, std::ptr::null_mut()) };
    debug_assert_eq!(result, 0, "a timer of whole seconds is accepted");
}
