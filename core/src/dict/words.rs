//! The names of a dict's words.

use super::table::{Part, Table};
use super::typed::Dict;
use crate::words::{NamedWord, Words, within};

impl<K, V> Words for Dict<K, V> {
    fn words(&self) -> Vec<NamedWord> {
        self.table.words("dict")
    }
}

impl Table {
    /// The words of all shards, of which only several are told apart. A half is one area: what its
    /// words are depends on the root.
    pub(crate) fn words(&self, name: &str) -> Vec<NamedWord> {
        match self.parts() {
            [part] => part.words(name),
            parts => {
                let shards = parts.iter().enumerate();
                shards.flat_map(|(n, part)| part.words(&format!("{name}.shard[{n}]"))).collect()
            }
        }
    }
}

impl Part {
    fn words(&self, name: &str) -> Vec<NamedWord> {
        let shard = self.shard();
        let [first, second] = shard.halves;
        let mut words = vec![
            NamedWord::of(format!("{name}.root"), shard.head),
            NamedWord::of(format!("{name}.half[0]"), first),
            NamedWord::of(format!("{name}.half[1]"), second),
        ];
        words.extend(shard.counts.words(name));
        words.extend(within(name, self.lock().words()));
        words
    }
}
