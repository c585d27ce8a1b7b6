//! Where a side of the queue stands: one word, so that one store commits.

use crate::deadline::{Deadline, next_look};
use crate::eventcount::EventCount;
use crate::sys::{AtomicU64, Ordering, Patience, WaitOutcome};
#[cfg(not(forkstep_loom))]
use crate::words::NamedWord;

/// A position: how many items went through this side and where in the ring the next one starts.
///
/// | bits | meaning |
/// |---|---|
/// | 0..32 | place: grains from the start of the ring, modulo twice its length |
/// | 32 | closed (of the tail only; never taken back) |
/// | 33..64 | count, modulo 2^31 |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position(u64);

const CLOSED: u64 = 1 << 32;
const COUNT_SHIFT: u32 = 33;

/// How many items can be told apart.
const COUNTS: u32 = 1 << 31;

/// The most items that may be between the two sides.
pub(super) const MAX_ITEMS: usize = (COUNTS / 2) as usize;
/// The longest ring, in grains: places are counted modulo twice that.
pub(super) const MAX_GRAINS: usize = (u32::MAX / 2) as usize;

impl Position {
    #[inline]
    pub(super) fn is_closed(self) -> bool {
        self.0 & CLOSED != 0
    }

    fn count(self) -> u32 {
        (self.0 >> COUNT_SHIFT) as u32
    }

    /// The place, in grains, modulo twice the ring.
    #[inline]
    pub(super) fn place(self) -> u32 {
        self.0 as u32
    }

    /// How many items this is ahead of `other`.
    #[inline]
    pub(super) fn ahead_of(self, other: Self) -> u32 {
        self.count().wrapping_sub(other.count()) % COUNTS
    }

    /// How many grains of a ring of `ring` lie between `other` and this. More than `ring` says that
    /// another process spoilt one of them.
    #[inline]
    pub(super) fn grains_from(self, other: Self, ring: u32) -> u32 {
        let (from, to) = (other.place(), self.place());
        if to >= from { to - from } else { to.wrapping_add(2 * ring).wrapping_sub(from) }
    }

    /// The position after `items` more items, of `grains` grains in all.
    #[inline]
    pub(super) fn after(self, items: u32, grains: u32, ring: u32) -> Self {
        let (next, around) = (u64::from(self.place()) + u64::from(grains), u64::from(2 * ring));
        let place = if next >= around { next - around } else { next };
        let count = self.count().wrapping_add(items) % COUNTS;
        Self(u64::from(count) << COUNT_SHIFT | self.0 & CLOSED | place & u64::from(u32::MAX))
    }

    fn closed(self) -> Self {
        Self(self.0 | CLOSED)
    }
}

/// One side of the queue, on cache lines of its own.
#[derive(Debug)]
#[repr(C, align(128))]
pub(super) struct Side {
    position: AtomicU64,
    /// What this side last saw of the other one. It saves looking there, which would take the cache
    /// line away from the other side; an old value is only too careful.
    seen: AtomicU64,
    /// Where those sleep who wait for this side to move.
    pub(super) moved: EventCount,
    /// How long those of this side pause before they look at the other one.
    patience: Patience,
}

impl Side {
    pub(super) fn new(names: [&'static str; 3]) -> Self {
        let [position, seen, moved] = names;
        Self {
            position: AtomicU64::named(0, position),
            seen: AtomicU64::named(0, seen),
            moved: EventCount::new(moved),
            patience: Patience::new(),
        }
    }

    /// The words of this side, of which the position has the name of the side.
    #[cfg(not(forkstep_loom))]
    pub(super) fn words(&self, name: &str) -> Vec<NamedWord> {
        vec![
            NamedWord::of(name, &self.position),
            NamedWord::of(format!("{name}.seen"), &self.seen),
            NamedWord::of(format!("{name}.moved"), &self.moved),
            NamedWord::of(format!("{name}.patience"), &self.patience),
        ]
    }

    /// Where this side stands. The caller holds its lock.
    #[inline]
    pub(super) fn own(&self) -> Position {
        // ORDERING: Relaxed; it is changed under the lock only.
        Position(self.position.load(Ordering::Relaxed))
    }

    /// Looks from elsewhere.
    #[inline]
    pub(super) fn look(&self) -> Position {
        // ORDERING: Acquire, paired with the Release of `move_to`: who sees that items were put
        // sees them, and who sees that they were got may write over them.
        Position(self.position.load(Ordering::Acquire))
    }

    /// What this side last saw of the other one. The caller holds the lock of this side.
    #[inline]
    pub(super) fn seen(&self) -> Position {
        // ORDERING: Relaxed; whoever wrote it held the lock after having looked.
        Position(self.seen.load(Ordering::Relaxed))
    }

    /// Looks at the other side and notes what was seen. The caller holds the lock of this side.
    #[inline]
    pub(super) fn see(&self, other: &Self) -> Position {
        let position = other.look();
        // CRASH: noted or not, both are true.
        self.seen.store(position.0, Ordering::Relaxed);
        position
    }

    /// Commits: this side stands at `position`. The caller holds its lock, and notifies after it
    /// has released it.
    #[inline]
    pub(super) fn move_to(&self, position: Position) {
        // ORDERING: Release: see `look`.
        // LINEARIZES: put and get.
        // CRASH: before it, nothing happened; after it, everything did, and sleepers find out at
        // their backstop.
        self.position.store(position.0, Ordering::Release);
    }

    /// Closes this side for good. The caller holds its lock.
    pub(super) fn close(&self) {
        // LINEARIZES: close.
        self.move_to(self.own().closed());
    }

    /// Waits until the other side is no longer where it was seen, something `else_done` has
    /// happened, or it is time to look anew. Says whether a wake ended it, that perhaps others
    /// could use.
    pub(super) fn wait_for(
        &self,
        other: &Self,
        seen: Position,
        most: u32,
        deadline: Option<Deadline>,
        else_done: impl Fn() -> bool,
    ) -> bool {
        let moved = || {
            let now = other.look();
            if now == seen { 0 } else { now.ahead_of(seen).max(1) }
        };
        if self.patience.spin(most, moved) {
            return false;
        }
        let ticket = other.moved.announce();
        if moved() > 0 || else_done() {
            return false;
        }
        other.moved.wait(ticket, next_look(deadline)) == WaitOutcome::Woken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_places_run_around() {
        let ring = 3;
        // From just before the end of the counts, at each place of twice the ring.
        let mut head = Position(u64::from(COUNTS - 2) << COUNT_SHIFT);
        for _ in 0..20 {
            let mut tail = head;
            for n in 0..ring {
                assert_eq!((tail.ahead_of(head), tail.grains_from(head, ring)), (n, n));
                tail = tail.after(1, 1, ring);
            }
            assert_eq!((tail.ahead_of(head), tail.grains_from(head, ring)), (ring, ring));
            head = head.after(1, 1, ring);
        }
    }

    #[test]
    fn closing_keeps_the_position() {
        let open = Position(0).after(5, 7, 100);
        let closed = open.closed();
        assert!(closed.is_closed() && !open.is_closed());
        assert_eq!((closed.ahead_of(open), closed.grains_from(open, 100)), (0, 0));
        assert!(closed.after(1, 1, 100).is_closed());
    }
}
