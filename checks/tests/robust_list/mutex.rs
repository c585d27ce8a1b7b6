//! glibc's own robust mutexes, process-shared, in memory that forks share.

#![allow(unsafe_code, reason = "pthread mutexes have no safe wrapper")]

use std::mem;
use std::ptr::{self, NonNull};

/// Several robust mutexes in one shared mapping, which stays until the process ends.
#[derive(Clone, Copy)]
pub(crate) struct Mutexes {
    first: NonNull<libc::pthread_mutex_t>,
    count: usize,
}

// SAFETY: mutexes are made for use by many threads at once.
unsafe impl Sync for Mutexes {}

impl Mutexes {
    pub(crate) fn new(count: usize) -> Mutexes {
        let bytes = count.max(1) * size_of::<libc::pthread_mutex_t>();
        let access = libc::PROT_READ | libc::PROT_WRITE;
        let flags = libc::MAP_SHARED | libc::MAP_ANONYMOUS;
        // SAFETY: a new mapping at an address of the kernel's choice aliases nothing.
        let base = unsafe { libc::mmap(ptr::null_mut(), bytes, access, flags, -1, 0) };
        assert_ne!(base, libc::MAP_FAILED, "mmap: {}", std::io::Error::last_os_error());
        let first = NonNull::new(base.cast()).expect("a mapping is not at address 0");
        let mutexes = Mutexes { first, count };
        (0..count).for_each(|index| mutexes.make(index));
        mutexes
    }

    fn make(self, index: usize) {
        // SAFETY: all bytes zero are a value of the C structure; `init` is its constructor.
        let mut attributes: libc::pthread_mutexattr_t = unsafe { mem::zeroed() };
        let at = &raw mut attributes;
        // SAFETY: `at` points to memory of the right size.
        done(unsafe { libc::pthread_mutexattr_init(at) });
        // SAFETY: `at` is initialised.
        done(unsafe { libc::pthread_mutexattr_setpshared(at, libc::PTHREAD_PROCESS_SHARED) });
        // SAFETY: as above.
        done(unsafe { libc::pthread_mutexattr_setrobust(at, libc::PTHREAD_MUTEX_ROBUST) });
        // SAFETY: the mutex has memory of its own that nobody uses yet.
        done(unsafe { libc::pthread_mutex_init(self.at(index), at) });
    }

    fn at(self, index: usize) -> *mut libc::pthread_mutex_t {
        assert!(index < self.count, "there are {} mutexes", self.count);
        // SAFETY: in bounds of the mapping, which is never unmapped.
        unsafe { self.first.add(index) }.as_ptr()
    }

    /// Locks a mutex that nobody holds and whose last owner is well.
    pub(crate) fn lock(self, index: usize) {
        // SAFETY: the mutex is initialised and mapped for ever.
        done(unsafe { libc::pthread_mutex_lock(self.at(index)) });
    }

    /// Unlocks a mutex that the calling thread holds.
    pub(crate) fn unlock(self, index: usize) {
        // SAFETY: as for `lock`.
        done(unsafe { libc::pthread_mutex_unlock(self.at(index)) });
    }

    /// Says how a mutex is found, and leaves it free and consistent, unless somebody holds it.
    pub(crate) fn state(self, index: usize) -> State {
        let mutex = self.at(index);
        // SAFETY: as for `lock`.
        let state = match unsafe { libc::pthread_mutex_trylock(mutex) } {
            0 => State::Free,
            libc::EOWNERDEAD => {
                // SAFETY: the calling thread holds the mutex, which is inconsistent.
                done(unsafe { libc::pthread_mutex_consistent(mutex) });
                State::OwnerDied
            }
            libc::EBUSY => return State::Held,
            other => panic!("trylock says {other}"),
        };
        self.unlock(index);
        state
    }
}

/// How somebody who has not touched it finds a robust mutex or a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Free,
    Held,
    OwnerDied,
    /// Stranded by a thread, and so given to nobody any more; locks of ours only.
    NotRecoverable,
}

fn done(result: i32) {
    assert_eq!(result, 0, "a pthread function failed");
}
