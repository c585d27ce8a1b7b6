//! The names of a list's words.

use super::List;
use crate::words::{NamedWord, Words};

impl<T> Words for List<T> {
    fn words(&self) -> Vec<NamedWord> {
        self.table.words("list")
    }
}
