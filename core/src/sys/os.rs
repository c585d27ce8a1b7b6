//! The seam on the real machine: Linux, glibc, 64 bits.

mod atomic;
mod bytes;
mod cell;
mod clock;
mod futex;
pub(crate) mod life;
mod memory;
mod patience;
pub(crate) mod process;
pub(crate) mod robust;
pub(crate) mod shared_file;
pub(crate) mod thread;

pub(crate) use atomic::fence_after_rmw;
pub use atomic::{AtomicU32, AtomicU64, fence};
pub(crate) use bytes::Bytes;
pub use cell::UnsafeCell;
pub(crate) use clock::now;
pub(crate) use futex::{futex_wait, futex_wake, futex_wake_all, futex_wake_one};
pub(crate) use memory::Mapping;
pub(crate) use patience::Patience;

#[cfg(not(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64")))]
compile_error!("forkstep needs Linux with glibc on a 64-bit machine");

/// How many pauses a waiter makes before each further look for a free lock, until it sleeps.
/// Ever more: each look takes the word's cache line away from the owner, who needs it to release.
pub(crate) const SPIN_LOOKS: &[u32] = &[4, 8, 16, 32, 32];

/// Tells the processor that this is a spin loop, and waits that many pauses.
#[inline]
pub(crate) fn spin(pauses: u32) {
    for _ in 0..pauses {
        std::hint::spin_loop();
    }
}
