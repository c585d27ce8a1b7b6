//! The names of the words of a queue of tasks.

use super::tasks::Tasks;
use super::typed::JoinableQueue;
use crate::words::{NamedWord, Words, within};

impl<T> Words for JoinableQueue<T> {
    fn words(&self) -> Vec<NamedWord> {
        self.tasks.words()
    }
}

impl Tasks {
    /// The words, those of each slot with its number. A slot's room is one area.
    fn words(&self) -> Vec<NamedWord> {
        let mut words = self.tail.words();
        words.extend(self.head.words());
        words.extend(within("tasks.put", self.producers.words()));
        words.extend(within("tasks.get", self.consumers.words()));
        words.extend(
            self.entries()
                .iter()
                .enumerate()
                .map(|(n, entry)| NamedWord::of(format!("tasks.ring[{n}]"), entry)),
        );
        for n in 0..self.slots.len() {
            words.extend(self.slot_words(n));
        }
        words
    }

    fn slot_words(&self, n: usize) -> Vec<NamedWord> {
        let name = format!("tasks.slot[{n}]");
        let room = self.size.task_bytes;
        let mut words = vec![
            NamedWord::of(format!("{name}.state"), &self.slots[n]),
            NamedWord::area(format!("{name}.task"), self.bytes.address() + n * room, room),
        ];
        words.extend(self.labels[n].words(&name));
        words.extend(within(&name, self.leases[n].words()));
        words
    }
}
