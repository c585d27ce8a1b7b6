//! The shadows of all threads of this process, so that a mapping that any of them still holds a
//! lock in (a leaked guard) is never unmapped under the robust list.

#![allow(unsafe_code, reason = "keeps pointers to thread-locals and registers a fork handler")]
#![allow(clippy::disallowed_types, reason = "a spin lock that the child of a fork can reset")]

use std::cell::Cell;
use std::ptr::NonNull;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Release};

use super::shadow::Shadow;

/// A std `Mutex` held by another thread during a fork would stay locked in the child for ever;
/// this one the fork handler opens again, the child being single-threaded.
static LOCKED: AtomicBool = AtomicBool::new(false);
static FORK_HANDLER: std::sync::Once = std::sync::Once::new();

struct Shadows(std::cell::UnsafeCell<Vec<NonNull<Shadow>>>);

// SAFETY: the vector is only reached in `with_shadows`, under `LOCKED`.
unsafe impl Sync for Shadows {}

static SHADOWS: Shadows = Shadows(std::cell::UnsafeCell::new(Vec::new()));

/// Takes the thread's shadow out of the registry when the thread ends.
struct Leave(Cell<Option<NonNull<Shadow>>>);

impl Drop for Leave {
    fn drop(&mut self) {
        if let Some(mine) = self.0.get() {
            with_shadows(|shadows| shadows.retain(|shadow| *shadow != mine));
        }
    }
}

thread_local! {
    static LEAVE: Leave = const { Leave(Cell::new(None)) };
}

fn with_shadows<R>(f: impl FnOnce(&mut Vec<NonNull<Shadow>>) -> R) -> R {
    while LOCKED.swap(true, Acquire) {
        std::hint::spin_loop();
    }
    // SAFETY: `LOCKED` is ours, so no other reference to the vector exists.
    let result = f(unsafe { &mut *SHADOWS.0.get() });
    LOCKED.store(false, Release);
    result
}

/// Registers the calling thread's shadow, and once per process the handler for forked children.
pub(super) fn add(shadow: &Shadow, after_fork: extern "C" fn()) {
    FORK_HANDLER.call_once(|| {
        // SAFETY: the handler is a plain function that lives as long as the program, and only
        // touches thread-local and static words.
        let result = unsafe { libc::pthread_atfork(None, None, Some(after_fork_abi(after_fork))) };
        assert_eq!(result, 0, "pthread_atfork only fails without memory");
    });
    let mine = NonNull::from(shadow);
    // A thread whose locals are already going away is not registered: its list is walked next.
    if LEAVE.try_with(|leave| leave.0.set(Some(mine))).is_ok() {
        with_shadows(|shadows| {
            if !shadows.contains(&mine) {
                shadows.push(mine);
            }
        });
    }
}

fn after_fork_abi(handler: extern "C" fn()) -> unsafe extern "C" fn() {
    handler
}

/// In the child of a fork: the other threads do not exist here.
pub(super) fn keep_only(shadow: &Shadow) {
    LOCKED.store(false, Release);
    let mine = NonNull::from(shadow);
    with_shadows(|shadows| shadows.retain(|other| *other == mine));
}

/// Says whether any thread of this process has a node within the addresses in its robust list.
pub(crate) fn holds_within(addresses: &std::ops::Range<usize>) -> bool {
    with_shadows(|shadows| {
        shadows.iter().any(|shadow| {
            // SAFETY: a thread takes its shadow out of the registry before its locals go away.
            unsafe { shadow.as_ref() }.holds_within(addresses)
        })
    })
}
