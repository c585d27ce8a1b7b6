//! The words of forkstep's own primitives, as a timeline names them.

use forkstep::inspect::{NamedWord, Words};

use super::trace::Word;

impl Word {
    /// The words of a lock, a queue, a value or what else of forkstep names its words, for
    /// [`Builder::words`](super::Builder::words).
    ///
    /// # Examples
    ///
    /// ```
    /// use forkstep_checks::stepped::Word;
    ///
    /// let lock = forkstep::Lock::new()?;
    /// assert_eq!(Word::all_of(&lock)[0].name, "lock.word");
    /// assert_eq!(Word::all_within("left", &lock)[0].name, "left.lock.word");
    /// # Ok::<(), forkstep::RegionError>(())
    /// ```
    #[must_use]
    pub fn all_of(object: &impl Words) -> Vec<Self> {
        object.words().into_iter().map(Self::from).collect()
    }

    /// The same, each name behind that of the object: to tell one lock from another.
    #[must_use]
    pub fn all_within(name: &str, object: &impl Words) -> Vec<Self> {
        let named = |word: Self| Self { name: format!("{name}.{}", word.name), ..word };
        Self::all_of(object).into_iter().map(named).collect()
    }

    /// The name of a place: that of the word which it is in, and how far in.
    pub(super) fn name_at(words: &[Self], address: u64) -> Option<String> {
        let word = words.iter().find(|word| word.touches(address, 1))?;
        Some(match address - word.address {
            0 => word.name.clone(),
            into => format!("{}+{into}", word.name),
        })
    }

    /// Whether some of so many bytes are its own.
    #[must_use]
    pub fn touches(&self, address: u64, len: u64) -> bool {
        address < self.address + self.len && self.address < address + len
    }
}

impl From<NamedWord> for Word {
    fn from(word: NamedWord) -> Self {
        Self { name: word.name, address: word.address as u64, len: word.len as u64 }
    }
}

#[cfg(test)]
mod tests {
    use forkstep::inspect::Words;
    use forkstep::{Array, Dict, JoinableQueue, List, Lock, Queue, SimpleQueue, Value};

    use super::Word;

    /// The names that are there; what they stand for is apart from each other.
    fn names(object: &impl Words) -> Vec<String> {
        let words = Word::all_of(object);
        for (n, word) in words.iter().enumerate() {
            assert!(word.len > 0, "{word:?}");
            for other in &words[..n] {
                assert!(!other.touches(word.address, word.len), "{word:?} and {other:?}");
                assert_ne!(other.name, word.name);
            }
        }
        words.into_iter().map(|word| word.name).collect()
    }

    #[track_caller]
    fn are_there(object: &impl Words, expected: &[&str]) {
        let names = names(object);
        for name in expected {
            assert!(names.iter().any(|there| there == name), "{name} in {names:?}");
        }
    }

    #[test]
    fn each_primitive_names_its_words() {
        are_there(&Lock::new().expect("memory"), &["lock.word", "lock.owner", "lock.links.next"]);
        let queue = ["queue.tail", "queue.head.moved", "queue.ring", "queue.put.lock.word"];
        are_there(&Queue::<u8>::new(3).expect("memory"), &queue);
        are_there(&SimpleQueue::<u8>::new(64).expect("memory"), &queue);
        are_there(&Value::new(1_u8).expect("memory"), &["value", "value.lock.word"]);
        are_there(&Value::new([1_u64; 2]).expect("memory"), &["value.turn", "value.copy[1]"]);
        are_there(&Array::new(3, 0_u64).expect("memory"), &["array[2]", "array.lock.word"]);
        let dict = Dict::<u8, u8>::builder(4096).shards(2).build().expect("memory");
        are_there(&dict, &["dict.shard[1].root", "dict.shard[0].lock.word"]);
        are_there(&List::<u8>::new(64).expect("memory"), &["list.root", "list.half[1]"]);
        let tasks = JoinableQueue::<u8>::new(2).expect("memory");
        are_there(&tasks, &["tasks.tail", "tasks.ring[1]", "tasks.slot[0].lock.word"]);
    }

    #[test]
    fn a_word_is_where_it_is_said_to_be() {
        let number = Value::new(7_u64).expect("memory");
        let words = Word::all_of(&number);
        let word = words.iter().find(|word| word.name == "value").expect("there");
        assert_eq!((word.len, word.address % 8), (8, 0));
        assert!(word.touches(word.address + 7, 1) && !word.touches(word.address + 8, 1));
    }
}
