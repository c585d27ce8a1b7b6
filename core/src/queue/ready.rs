//! Waiting for an item without getting it.

use super::ring::{ByteQueue, Sides};
use crate::deadline::Deadline;

impl ByteQueue {
    /// Waits until a get would not: until there is an item or the queue is closed. False if that
    /// has not come at the deadline.
    pub(crate) fn wait_for_item(&self, deadline: Deadline) -> bool {
        let Sides { tail, head } = &*self.sides;
        let mut woken = false;
        loop {
            // Looked at before the length: a put in between shows in one of the two.
            let seen = tail.look();
            if self.len() > 0 || seen.is_closed() {
                if woken {
                    // The wake was perhaps the only one, and the item stays.
                    tail.moved.pass_on();
                }
                return true;
            }
            if deadline.passed() {
                return false;
            }
            let most = self.capacity() as u32;
            woken = head.wait_for(tail, seen, most, Some(deadline), || false);
        }
    }
}
