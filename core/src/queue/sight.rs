//! What a queue looks like to one who only looks.

use std::fmt;

use serde::Serialize;

use super::ring::{ByteQueue, GRAIN};
use super::typed::Queue;
use crate::lock::LockSight;

/// A queue as it was seen in passing: others go on meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct QueueSight {
    /// How many items there were.
    pub items: usize,
    /// How many there may be.
    pub capacity: usize,
    /// How many bytes of the ring they took.
    pub bytes_used: usize,
    /// How many bytes the ring has.
    pub bytes_capacity: usize,
    /// Whether the queue was closed.
    pub closed: bool,
    /// The lock of the side on which items are put.
    pub producers: LockSight,
    /// The lock of the side on which they are got.
    pub consumers: LockSight,
}

impl<T> Queue<T> {
    /// Looks at the queue without touching it.
    pub(crate) fn sight(&self) -> QueueSight {
        self.bytes.sight()
    }
}

impl ByteQueue {
    fn sight(&self) -> QueueSight {
        let (tail, head) = self.both_sides();
        let [producers, consumers] = self.locks().map(|lock| lock.sight());
        let used = tail.grains_from(head, self.grains()).min(self.grains());
        QueueSight {
            items: (tail.ahead_of(head) as usize).min(self.capacity()),
            capacity: self.capacity(),
            bytes_used: used as usize * GRAIN,
            bytes_capacity: self.grains() as usize * GRAIN,
            closed: tail.is_closed(),
            producers,
            consumers,
        }
    }
}

impl fmt::Display for QueueSight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "items      {} of {}", self.items, self.capacity)?;
        writeln!(f, "bytes      {} of {}", self.bytes_used, self.bytes_capacity)?;
        writeln!(f, "closed     {}", if self.closed { "yes" } else { "no" })?;
        writeln!(f, "producers  {}", self.producers)?;
        write!(f, "consumers  {}", self.consumers)
    }
}
