//! This thread's robust list: what the kernel walks when the thread dies.
//!
//! A thread has one robust list and glibc has registered it, so the list is shared with glibc's own
//! robust mutexes: the same node layout, the same order of stores (set_robust_list(2), and
//! Documentation/locking/robust-futex-ABI in the kernel's tree). Never registered anew: glibc would
//! lose its own mutexes.
//!
//! Invariants:
//!
//! 1. No pointer read from shared memory is ever followed. The neighbours of a node come from the
//!    list head, which is private memory, or from `held`, the private shadow of what this thread
//!    linked, and the node in shared memory must agree with the shadow before it is unlinked.
//! 2. A node that does not agree is *stranded*: it stays linked and mapped for good, nothing is
//!    written through what it says, it vouches for no other node, and its lock is given to nobody
//!    any more, because the next owner would overwrite links that this thread's list runs through.
//! 3. While the kernel may look at a node (linked or pending), its mapping stays
//!    ([`holds_within`]).
//!
//! A thread that unlocks a pthread robust mutex from underneath a later lock of ours changes our
//! node in a way that (1) cannot tell from corruption; it strands the node too. Nodes between ours
//! are glibc's; their `next` is followed as glibc itself follows it.

#![allow(unsafe_code, reason = "the robust list is raw memory of this thread, shared with glibc")]
#![allow(clippy::disallowed_types, reason = "list words are read by the kernel at any moment")]
#![allow(clippy::disallowed_methods, reason = "get_robust_list(2) has no safe wrapper")]

mod registry;
mod shadow;

use std::cell::Cell;
use std::ptr::NonNull;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::atomic::{AtomicIsize, AtomicUsize, compiler_fence};

pub(crate) use registry::holds_within;
use shadow::Shadow;

use super::AtomicU32;

/// From a node back to its futex word: fixed by glibc, the same for all nodes of a list.
pub(crate) const FUTEX_OFFSET: isize = -32;
/// The kernel stops its walk after this many nodes (ROBUST_LIST_LIMIT).
pub(crate) const MAX_HELD: usize = 2048;

/// The links of a robust word. `next` must lie 32 bytes behind the futex word.
#[repr(C)]
#[derive(Debug, Default)]
pub(crate) struct Links {
    prev: AtomicUsize,
    next: AtomicUsize,
}

impl Links {
    pub(crate) const fn new() -> Self {
        Self { prev: AtomicUsize::new(0), next: AtomicUsize::new(0) }
    }

    /// Where the `prev` field lies within [`Links`].
    pub(crate) const PREV_AT: usize = std::mem::offset_of!(Links, prev);
    /// Where the `next` field lies within [`Links`].
    pub(crate) const NEXT_AT: usize = std::mem::offset_of!(Links, next);

    /// The list points at the `next` field of a node.
    fn node(&self) -> usize {
        (&raw const self.next).addr()
    }
}

/// The head as the kernel and glibc lay it out (`struct robust_list_head`).
#[repr(C)]
struct Head {
    list: AtomicUsize,
    futex_offset: AtomicIsize,
    pending: AtomicUsize,
}

/// Why a lock may not be linked now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The thread holds as many locks as the kernel would walk.
    TooMany,
    /// An earlier unlink found the node inconsistent with the private shadow.
    Stranded,
}

/// What became of an [`unlink`](Current::unlink).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unlinked {
    /// The node is out of the list.
    Done,
    /// It contradicts the shadow: it stays, and its lock must be given to nobody.
    Stranded,
    /// This thread does not hold it.
    NotHeld,
}

/// This kernel or C library lays its robust list out in another way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unsupported;

/// What this thread knows of itself: list head, identity and shadow.
pub(crate) struct Thread {
    /// `None` until the first call, and again after a fork: then the rest says nothing either.
    head: Cell<Option<NonNull<Head>>>,
    tid: Cell<u32>,
    pid: Cell<u32>,
    shadow: Shadow,
}

impl Thread {
    const fn unknown() -> Self {
        let (tid, pid) = (Cell::new(0), Cell::new(0));
        Self { head: Cell::new(None), tid, pid, shadow: Shadow::new() }
    }
}

thread_local! {
    static THREAD: Thread = const { Thread::unknown() };
}

/// A handle on the calling thread's [`Thread`] and list head; cannot leave the thread.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Current {
    thread: NonNull<Thread>,
    head: NonNull<Head>,
}

/// Returns the calling thread, asking the kernel who it is at the first call after start or fork.
#[inline]
pub(crate) fn current() -> Result<Current, Unsupported> {
    THREAD.with(|thread| match thread.head.get() {
        Some(head) => Ok(Current { thread: NonNull::from(thread), head }),
        None => register(thread),
    })
}

impl Current {
    #[inline]
    fn thread(&self) -> &Thread {
        // SAFETY: the pointer came from this thread's own thread-local, which has no destructor
        // and lives as long as the thread; the handle is neither Send nor Sync.
        unsafe { self.thread.as_ref() }
    }

    #[inline]
    fn head(&self) -> &Head {
        // SAFETY: the kernel named this address as the calling thread's list head; glibc keeps it
        // in the thread's control block for as long as the thread lives.
        unsafe { self.head.as_ref() }
    }

    /// The thread's id, as the kernel writes it into robust words.
    #[inline]
    pub(crate) fn tid(self) -> u32 {
        self.thread().tid.get()
    }

    /// The id of the thread's process.
    #[inline]
    pub(crate) fn pid(self) -> u32 {
        self.thread().pid.get()
    }

    /// Says whether the node may be linked by this thread.
    #[inline]
    pub(crate) fn admit(self, links: &Links) -> Result<(), Refusal> {
        self.thread().shadow.admit(links.node())
    }

    /// Announces that the word of this node is about to be taken or given up: if the thread dies
    /// now, the kernel looks at the word although the node may not be in the list.
    #[inline]
    pub(crate) fn begin(self, _word: &AtomicU32, links: &Links) {
        self.head().pending.store(links.node(), Relaxed);
        // ORDERING: the kernel reads this thread's memory only after the thread is dead, so program
        // order is enough, and the compiler must keep it.
        compiler_fence(SeqCst);
    }

    /// Ends what [`begin`](Self::begin) announced.
    #[inline]
    pub(crate) fn end(self) {
        compiler_fence(SeqCst);
        self.head().pending.store(0, Relaxed);
    }

    /// Puts the node at the front of the list.
    #[inline]
    pub(crate) fn link(self, _word: &AtomicU32, links: &Links) {
        let head = self.head();
        let node = links.node();
        let first = head.list.load(Relaxed);
        links.next.store(first, Relaxed);
        links.prev.store(self.head_node(), Relaxed);
        set_prev(first, node);
        compiler_fence(SeqCst);
        head.list.store(node, Relaxed);
        self.thread().shadow.push(node, first);
    }

    /// Takes the node out of the list; strands it where it contradicts the shadow.
    #[inline]
    pub(crate) fn unlink(self, _word: &AtomicU32, links: &Links) -> Unlinked {
        let head = self.head();
        let shadow = &self.thread().shadow;
        let node = links.node();
        if let Some(next) = shadow.top_is(node)
            && head.list.load(Relaxed) == node
            && links.next.load(Relaxed) == next
        {
            set_prev(next, self.head_node());
            head.list.store(next, Relaxed);
            compiler_fence(SeqCst);
            shadow.pop();
            Unlinked::Done
        } else {
            self.unlink_inner(node)
        }
    }

    /// Says whether this thread holds the node.
    pub(crate) fn holds(self, _word: &AtomicU32, links: &Links) -> bool {
        self.thread().shadow.next_of(links.node()).is_some()
    }

    #[cold]
    fn unlink_inner(self, node: usize) -> Unlinked {
        let shadow = &self.thread().shadow;
        let Some(next) = shadow.next_of(node) else { return Unlinked::NotHeld };
        let confirmed = read_next(node) == next;
        let Some(before) = self.predecessor(node).filter(|_| confirmed) else {
            shadow.strand(node);
            return Unlinked::Stranded;
        };
        set_prev(next, before);
        if before == self.head_node() {
            self.head().list.store(next, Relaxed);
        } else {
            write_next(before, next);
            shadow.set_next(before, next);
        }
        compiler_fence(SeqCst);
        shadow.remove(node);
        Unlinked::Done
    }

    /// Walks from the head, over private memory and confirmed nodes only, to what precedes `node`.
    fn predecessor(self, node: usize) -> Option<usize> {
        let mut ours = self.thread().shadow.newest_first().peekable();
        let mut at = self.head_node();
        let mut next = self.head().list.load(Relaxed);
        for _ in 0..=2 * MAX_HELD {
            if untag(next) == node {
                return Some(at);
            }
            at = untag(next);
            if at == self.head_node() {
                return None;
            }
            // The list holds our nodes in the order of the shadow; those between are glibc's, which
            // follows them just so.
            next = read_next(at);
            if let Some(held) = ours.next_if(|held| held.node == at)
                && (held.stranded || held.next != next)
            {
                return None;
            }
        }
        None
    }

    /// The head stands in the list as a node of its own.
    #[inline]
    fn head_node(self) -> usize {
        (&raw const self.head().list).addr()
    }
}

/// glibc marks priority-inheriting mutexes in the lowest bit of a pointer.
#[inline]
fn untag(node: usize) -> usize {
    node & !1
}

/// Stores the `prev` field of a node that the head or the shadow vouches for.
#[inline]
fn set_prev(node: usize, prev: usize) {
    let at = (untag(node) - size_of::<usize>()) as *const AtomicUsize;
    // SAFETY: `node` is the head or a node that this thread linked and still holds, or one that
    // glibc linked for it (invariant 1); `prev` is the word in front of `next` in all of them, and
    // the memory of a linked node stays mapped (invariant 3).
    let field = unsafe { &*at };
    field.store(prev, Relaxed);
}

fn read_next(node: usize) -> usize {
    next_field(node).load(Relaxed)
}

fn write_next(node: usize, next: usize) {
    next_field(node).store(next, Relaxed);
}

fn next_field(node: usize) -> &'static AtomicUsize {
    // SAFETY: callers pass a linked node of this thread's list (invariant 1); its memory stays
    // mapped while it is linked (invariant 3), and the reference does not outlive the call.
    unsafe { &*(node as *const AtomicUsize) }
}

#[cold]
fn register(thread: &Thread) -> Result<Current, Unsupported> {
    let mut head: *mut Head = std::ptr::null_mut();
    let mut len = 0_usize;
    // SAFETY: both out-pointers are valid; pid 0 means the calling thread.
    let result =
        unsafe { libc::syscall(libc::SYS_get_robust_list, 0, &raw mut head, &raw mut len) };
    let head = NonNull::new(head).filter(|_| result == 0 && len == size_of::<Head>());
    let current = Current { thread: NonNull::from(thread), head: head.ok_or(Unsupported)? };
    if current.head().futex_offset.load(Relaxed) != FUTEX_OFFSET {
        return Err(Unsupported);
    }
    registry::add(&thread.shadow);
    // SAFETY: gettid takes nothing and cannot fail.
    let tid = unsafe { libc::syscall(libc::SYS_gettid) };
    thread.pid.set(std::process::id());
    thread.tid.set(u32::try_from(tid).map_err(|_| Unsupported)?);
    thread.head.set(Some(current.head));
    Ok(current)
}

/// In the child of a fork: it has another id, an empty robust list, and holds nothing.
fn forget_after_fork() {
    THREAD.with(|thread| {
        thread.head.set(None);
        thread.shadow.clear();
    });
}
