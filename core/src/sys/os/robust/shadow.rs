//! The private shadow of a robust list: which nodes this thread linked, and what was behind each.

#![allow(clippy::disallowed_types, reason = "another thread may look whether a mapping is held")]

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use super::{MAX_HELD, Refusal};

/// A node this thread linked. `node` has its lowest bit set when the node is stranded.
struct Held {
    node: AtomicUsize,
    next: AtomicUsize,
}

/// What the shadow knows of a node.
pub(super) struct Known {
    pub(super) node: usize,
    /// What it was linked in front of.
    pub(super) next: usize,
    pub(super) stranded: bool,
}

/// What one thread holds, the newest last. Only the owner writes; [`holds_within`] of another
/// thread may read at any moment, which is why the fields are atomic words.
///
/// [`holds_within`]: super::holds_within
pub(super) struct Shadow {
    depth: AtomicUsize,
    /// What `depth` must stay below to be admitted without a closer look: 0 once a node is
    /// stranded.
    unchecked: AtomicUsize,
    held: [Held; MAX_HELD],
}

impl Shadow {
    pub(super) const fn new() -> Self {
        Self {
            depth: AtomicUsize::new(0),
            unchecked: AtomicUsize::new(MAX_HELD),
            held: [const { Held { node: AtomicUsize::new(0), next: AtomicUsize::new(0) } };
                MAX_HELD],
        }
    }

    #[inline]
    fn depth(&self) -> usize {
        self.depth.load(Relaxed)
    }

    fn entries(&self) -> &[Held] {
        &self.held[..self.depth().min(MAX_HELD)]
    }

    #[inline]
    pub(super) fn admit(&self, node: usize) -> Result<(), Refusal> {
        if self.depth() < self.unchecked.load(Relaxed) { Ok(()) } else { self.admit_checked(node) }
    }

    #[cold]
    fn admit_checked(&self, node: usize) -> Result<(), Refusal> {
        if self.entries().iter().any(|held| held.node.load(Relaxed) == node | 1) {
            Err(Refusal::Stranded)
        } else if self.depth() >= MAX_HELD {
            Err(Refusal::TooMany)
        } else {
            Ok(())
        }
    }

    #[inline]
    pub(super) fn push(&self, node: usize, next: usize) {
        let depth = self.depth();
        debug_assert!(depth < MAX_HELD, "`admit` made sure that there is room");
        // Without a panic here `acquire` is short enough to be inlined.
        let Some(held) = self.held.get(depth) else { return };
        held.node.store(node, Relaxed);
        held.next.store(next, Relaxed);
        self.depth.store(depth + 1, Relaxed);
    }

    /// If `node` is the newest, returns what it was linked in front of.
    #[inline]
    pub(super) fn top_is(&self, node: usize) -> Option<usize> {
        let top = self.held.get(self.depth().wrapping_sub(1))?;
        (top.node.load(Relaxed) == node).then(|| top.next.load(Relaxed))
    }

    #[inline]
    pub(super) fn pop(&self) {
        self.depth.store(self.depth().wrapping_sub(1), Relaxed);
    }

    fn find(&self, node: usize) -> Option<&Held> {
        self.entries().iter().find(|held| held.node.load(Relaxed) & !1 == node)
    }

    /// What this thread linked, in the order of the list.
    pub(super) fn newest_first(&self) -> impl Iterator<Item = Known> + '_ {
        self.entries().iter().rev().map(|held| {
            let node = held.node.load(Relaxed);
            Known { node: node & !1, next: held.next.load(Relaxed), stranded: node & 1 != 0 }
        })
    }

    pub(super) fn next_of(&self, node: usize) -> Option<usize> {
        self.find(node).map(|held| held.next.load(Relaxed))
    }

    pub(super) fn set_next(&self, node: usize, next: usize) {
        if let Some(held) = self.find(node) {
            held.next.store(next, Relaxed);
        }
    }

    pub(super) fn strand(&self, node: usize) {
        if let Some(held) = self.find(node) {
            held.node.store(node | 1, Relaxed);
            self.unchecked.store(0, Relaxed);
        }
    }

    pub(super) fn remove(&self, node: usize) {
        let entries = self.entries();
        let Some(at) = entries.iter().position(|held| held.node.load(Relaxed) & !1 == node) else {
            return;
        };
        for pair in entries[at..].windows(2) {
            pair[0].node.store(pair[1].node.load(Relaxed), Relaxed);
            pair[0].next.store(pair[1].next.load(Relaxed), Relaxed);
        }
        self.pop();
    }

    pub(super) fn clear(&self) {
        self.depth.store(0, Relaxed);
        self.unchecked.store(MAX_HELD, Relaxed);
    }

    /// Says whether a node of this thread lies within the addresses.
    pub(super) fn holds_within(&self, addresses: &std::ops::Range<usize>) -> bool {
        self.entries().iter().any(|held| addresses.contains(&held.node.load(Relaxed)))
    }
}
