//! Going through an array.

use std::fmt;
use std::ops::Range;

use crate::record::{Plain, Records};

/// The elements of an [`Array`](super::Array), each as it is when its turn has come.
pub struct Iter<'a, T> {
    records: &'a Records<T>,
    left: Range<usize>,
}

impl<'a, T: Plain> Iter<'a, T> {
    pub(super) fn new(records: &'a Records<T>) -> Self {
        Self { records, left: 0..records.len() }
    }
}

impl<T: Plain> Iterator for Iter<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.left.next().map(|index| self.records.read(index))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.left.size_hint()
    }
}

impl<T: Plain> DoubleEndedIterator for Iter<'_, T> {
    fn next_back(&mut self) -> Option<T> {
        self.left.next_back().map(|index| self.records.read(index))
    }
}

impl<T: Plain> ExactSizeIterator for Iter<'_, T> {}

impl<T> fmt::Debug for Iter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").field("left", &self.left).finish()
    }
}
