//! The names of a simple queue's words: those of the queue that it is.

use super::SimpleQueue;
use crate::words::{NamedWord, Words};

impl<T> Words for SimpleQueue<T> {
    fn words(&self) -> Vec<NamedWord> {
        self.queue.words()
    }
}
