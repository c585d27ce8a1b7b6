//! The names of a value's words.

use super::Value;
use crate::record::Plain;
use crate::words::{NamedWord, Words, within};

impl<T: Plain> Words for Value<T> {
    fn words(&self) -> Vec<NamedWord> {
        let mut words = self.record.words(|_| "value".to_owned());
        words.extend(within("value", self.lock.words()));
        words
    }
}
