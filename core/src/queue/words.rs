//! The names of a queue's words.

use super::ring::{ByteQueue, Sides};
use super::typed::Queue;
use crate::words::{NamedWord, Words, within};

impl<T> Words for Queue<T> {
    fn words(&self) -> Vec<NamedWord> {
        self.bytes.words()
    }
}

impl ByteQueue {
    /// The words of the queue; its ring is one area.
    pub(crate) fn words(&self) -> Vec<NamedWord> {
        let Sides { tail, head } = &*self.sides;
        let [producers, consumers] = self.locks();
        let mut words = tail.words("queue.tail");
        words.extend(head.words("queue.head"));
        words.extend(within("queue.put", producers.words()));
        words.extend(within("queue.get", consumers.words()));
        let (ring, len) = self.ring();
        words.push(NamedWord::area("queue.ring", ring, len));
        words
    }
}
