//! The names of the words of records.

use super::{Plain, Record, Records};
use crate::words::NamedWord;

impl<T: Plain> Records<T> {
    /// The words of each value, which `name` names by its number.
    pub(crate) fn words(&self, name: impl Fn(usize) -> String) -> Vec<NamedWord> {
        let records = (0..self.len()).map(|index| (name(index), self.record(index)));
        let words = records.flat_map(|(name, record)| match record {
            Record::Word(word) => vec![NamedWord::of(name, word)],
            Record::Turns(turns) => turns.words(&name),
        });
        words.collect()
    }
}
