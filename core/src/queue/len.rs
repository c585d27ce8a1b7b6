//! How many items there are.

use super::position::Position;
use super::ring::{ByteQueue, Sides};
use super::wait::LOOKS;

impl ByteQueue {
    /// How many items there are at one moment.
    pub(crate) fn len(&self) -> usize {
        let (tail, head) = self.both_sides();
        tail.ahead_of(head).min(self.items) as usize
    }

    /// Both positions, as they were at one moment, unless the head never rests.
    pub(super) fn both_sides(&self) -> (Position, Position) {
        let Sides { tail, head } = &*self.sides;
        let mut behind = head.look();
        let mut ahead = tail.look();
        for _ in 0..LOOKS {
            let again = head.look();
            if again == behind {
                break;
            }
            behind = again;
            ahead = tail.look();
        }
        (ahead, behind)
    }
}
