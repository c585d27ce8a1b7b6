//! The peer between processes: the robust process-shared mutex of the C library.

#![allow(unsafe_code, reason = "calls the pthread functions of libc")]

use std::cell::UnsafeCell;
use std::fmt;
use std::marker::PhantomData;
use std::mem::MaybeUninit;

use crate::mapping::{Apart, SharedBox};

/// Owns a `pthread_mutex_t` with `PTHREAD_PROCESS_SHARED` and `PTHREAD_MUTEX_ROBUST`.
///
/// When a process dies while it holds the mutex, the next `acquire` panics: no bench kills.
#[derive(Debug)]
pub struct PthreadRobust {
    mutex: SharedBox<Apart<Raw>>,
}

struct Raw(UnsafeCell<libc::pthread_mutex_t>);

// SAFETY: every access goes through the pthread functions, which are made for many threads.
unsafe impl Sync for Raw {}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("pthread_mutex_t")
    }
}

/// Releases the mutex when it is dropped.
#[derive(Debug)]
pub struct PthreadGuard<'a> {
    owner: &'a PthreadRobust,
    // The robust list belongs to a thread, so the guard may not leave it.
    stays: PhantomData<*mut ()>,
}

impl PthreadRobust {
    /// Makes a free mutex in shared memory.
    ///
    /// # Panics
    ///
    /// When the C library refuses one of the attributes.
    #[allow(clippy::new_without_default, reason = "maps memory and may panic")]
    pub fn new() -> Self {
        let mutex = Raw(UnsafeCell::new(libc::PTHREAD_MUTEX_INITIALIZER));
        let made = Self { mutex: SharedBox::new(Apart(mutex)) };
        let mut attributes = MaybeUninit::uninit();
        let attr = attributes.as_mut_ptr();
        // SAFETY: `attr` points at writable memory of the right type.
        done("pthread_mutexattr_init", unsafe { libc::pthread_mutexattr_init(attr) });
        let (shared, robust) = (libc::PTHREAD_PROCESS_SHARED, libc::PTHREAD_MUTEX_ROBUST);
        // SAFETY: `attr` is initialised.
        done("setpshared", unsafe { libc::pthread_mutexattr_setpshared(attr, shared) });
        // SAFETY: as above.
        done("setrobust", unsafe { libc::pthread_mutexattr_setrobust(attr, robust) });
        // SAFETY: the mutex is at its final address and nobody has used it; `attr` as above.
        done("pthread_mutex_init", unsafe { libc::pthread_mutex_init(made.raw(), attr) });
        // SAFETY: `attr` is initialised and not used again.
        done("pthread_mutexattr_destroy", unsafe { libc::pthread_mutexattr_destroy(attr) });
        made
    }

    /// Waits for the mutex and takes it.
    ///
    /// # Panics
    ///
    /// When the call fails, an owner that died included.
    #[inline]
    pub fn acquire(&self) -> PthreadGuard<'_> {
        // SAFETY: `new` has initialised the mutex, and it stays mapped while `self` lives.
        done("pthread_mutex_lock", unsafe { libc::pthread_mutex_lock(self.raw()) });
        PthreadGuard { owner: self, stays: PhantomData }
    }

    #[inline]
    fn raw(&self) -> *mut libc::pthread_mutex_t {
        self.mutex.0.0.get()
    }
}

impl Drop for PthreadGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the guard exists, so this thread holds the mutex.
        done("pthread_mutex_unlock", unsafe { libc::pthread_mutex_unlock(self.owner.raw()) });
    }
}

#[inline]
fn done(call: &str, code: libc::c_int) {
    assert_eq!(code, 0, "{call} failed");
}
