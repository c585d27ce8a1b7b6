//! The names of an array's words.

use super::Array;
use crate::record::Plain;
use crate::words::{NamedWord, Words, within};

impl<T: Plain> Words for Array<T> {
    fn words(&self) -> Vec<NamedWord> {
        let mut words = self.records.words(|index| format!("array[{index}]"));
        words.extend(within("array", self.lock.words()));
        words
    }
}
