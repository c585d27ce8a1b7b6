//! Waiting for an item without getting it.

use super::ring::ByteQueue;
use crate::deadline::{Deadline, next_look};

impl ByteQueue {
    /// Waits until a get would not: until there is an item or the queue is closed. False if that
    /// has not come at the deadline.
    pub(crate) fn wait_for_item(&self, deadline: Deadline) -> bool {
        let puts = &self.sides.tail.events;
        loop {
            // Looked at before the length: a put in between shows in one of the two.
            let seen = puts.look();
            if self.len() > 0 || seen.is_closed() {
                return true;
            }
            if deadline.passed() {
                return false;
            }
            puts.wait(seen, next_look(Some(deadline)));
        }
    }
}
