//! The shadows of all threads of this process, so that a mapping that any of them still holds a
//! lock in (a leaked guard) is never unmapped under the robust list; and what a fork does to them.

#![allow(unsafe_code, reason = "keeps pointers to thread-locals and registers fork handlers")]
#![allow(clippy::disallowed_types, reason = "a spin lock that the child of a fork can reset")]

use std::cell::Cell;
use std::ptr::NonNull;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Release};

use super::shadow::Shadow;

/// Guards [`REGISTRY`]. A std `Mutex` cannot be taken in one function and given up in another, as
/// the handlers around a fork have to.
static LOCKED: AtomicBool = AtomicBool::new(false);
static INSTALLED: AtomicBool = AtomicBool::new(false);

struct Registry {
    shadows: Vec<NonNull<Shadow>>,
    /// Nodes that threads held when they ended: the kernel walks them after the last destructor.
    pinned: Vec<usize>,
}

struct Guarded(std::cell::UnsafeCell<Registry>);

// SAFETY: the registry is only reached under `LOCKED`.
unsafe impl Sync for Guarded {}

static REGISTRY: Guarded =
    Guarded(std::cell::UnsafeCell::new(Registry { shadows: Vec::new(), pinned: Vec::new() }));

fn lock() {
    while LOCKED.swap(true, Acquire) {
        std::hint::spin_loop();
    }
}

fn unlock() {
    LOCKED.store(false, Release);
}

fn with_registry<R>(f: impl FnOnce(&mut Registry) -> R) -> R {
    lock();
    // SAFETY: `LOCKED` is ours, so no other reference to the registry exists.
    let result = f(unsafe { &mut *REGISTRY.0.get() });
    unlock();
    result
}

/// Takes the thread's shadow out of the registry when the thread ends.
struct Leave(Cell<Option<NonNull<Shadow>>>);

impl Drop for Leave {
    fn drop(&mut self) {
        let Some(mine) = self.0.get() else { return };
        // SAFETY: the shadow is a thread-local without a destructor, of this thread.
        let held = unsafe { mine.as_ref() }.newest_first();
        with_registry(|registry| {
            registry.pinned.extend(held.map(|held| held.node));
            registry.shadows.retain(|shadow| *shadow != mine);
        });
    }
}

thread_local! {
    static LEAVE: Leave = const { Leave(Cell::new(None)) };
}

/// Registers the calling thread's shadow.
pub(super) fn add(shadow: &Shadow) {
    install();
    let mine = NonNull::from(shadow);
    // A thread whose locals are already going away is not registered: its list is walked next.
    if LEAVE.try_with(|leave| leave.0.set(Some(mine))).is_ok() {
        with_registry(|registry| {
            if !registry.shadows.contains(&mine) {
                registry.shadows.push(mine);
            }
        });
    }
}

/// Before `main`, when there is no other thread yet that could fork meanwhile.
#[used]
#[unsafe(link_section = ".init_array")]
static AT_START: extern "C" fn() = at_start;

extern "C" fn at_start() {
    install();
}

/// Registers the handlers around a fork; again from [`add`], should the start have been left out.
fn install() {
    if INSTALLED.swap(true, AcqRel) {
        return;
    }
    // SAFETY: the handlers live as long as the program and touch static and thread-local words
    // only.
    let result = unsafe {
        libc::pthread_atfork(Some(before_fork), Some(after_fork), Some(after_fork_in_child))
    };
    assert_eq!(result, 0, "pthread_atfork only fails without memory");
}

/// No other thread is inside the registry while the process is copied.
unsafe extern "C" fn before_fork() {
    lock();
}

unsafe extern "C" fn after_fork() {
    unlock();
}

/// The other threads do not exist here, nor does what they held.
unsafe extern "C" fn after_fork_in_child() {
    super::forget_after_fork();
    // SAFETY: taken before the fork, by the one thread that there is.
    let registry = unsafe { &mut *REGISTRY.0.get() };
    registry.shadows.clear();
    registry.pinned.clear();
    unlock();
}

/// Says whether any thread of this process has a node within the addresses in its robust list.
pub(crate) fn holds_within(addresses: &std::ops::Range<usize>) -> bool {
    with_registry(|registry| {
        let held = registry.shadows.iter().any(|shadow| {
            // SAFETY: a thread takes its shadow out of the registry before its locals go away.
            unsafe { shadow.as_ref() }.holds_within(addresses)
        });
        held || registry.pinned.iter().any(|node| addresses.contains(node))
    })
}
