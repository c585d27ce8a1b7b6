//! An array whose lock is held.

use std::fmt;

use super::range::{checked, span};
use super::{GuardError, Iter, OutOfBounds};
use crate::record::{Plain, Records};
use crate::value::Owned;

/// Holds the lock of an [`Array`](super::Array) until it is dropped.
///
/// Nobody else sets or updates an element meanwhile; readers, and `fetch_add`, go on. What was set
/// is there at once: a guard that is dropped by a panic, or whose process dies, takes nothing back
/// and leaves the lock to the next. A copy that a fork made is inert in the child.
#[must_use = "a guard that is dropped at once guards nothing"]
pub struct Guard<'a, T> {
    records: &'a Records<T>,
    owned: Owned<'a>,
}

impl<'a, T: Plain> Guard<'a, T> {
    pub(super) fn new(records: &'a Records<T>, owned: Owned<'a>) -> Self {
        Self { records, owned }
    }

    /// How many elements there are.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "an array is never empty")]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Returns an element.
    ///
    /// # Errors
    ///
    /// [`OutOfBounds`].
    pub fn get(&self, index: usize) -> Result<T, OutOfBounds> {
        Ok(self.records.read(checked(index, self.len())?))
    }

    /// Replaces an element. If the process dies in here, it is the old value or the new one.
    ///
    /// # Errors
    ///
    /// [`GuardError`]; then nothing was written.
    pub fn set(&mut self, index: usize, value: T) -> Result<(), GuardError> {
        let index = checked(index, self.len())?;
        self.owned.check()?;
        self.records.write(index, &value);
        Ok(())
    }

    /// Replaces an element by what `change` makes of it, and returns that; as
    /// [`Value::update`](crate::Value::update).
    ///
    /// # Errors
    ///
    /// [`GuardError`]; then `change` was not called.
    pub fn update(&mut self, index: usize, change: impl FnMut(T) -> T) -> Result<T, GuardError> {
        let index = checked(index, self.len())?;
        self.owned.check()?;
        Ok(self.records.change(index, change))
    }

    /// Copies the elements from `start` on into `to`, as they are together.
    ///
    /// # Errors
    ///
    /// [`OutOfBounds`] if the array ends before `to` is full; then nothing was copied.
    pub fn copy_to_slice(&self, start: usize, to: &mut [T]) -> Result<(), OutOfBounds> {
        let indices = span(start, to.len(), self.len())?;
        to.iter_mut().zip(indices).for_each(|(to, index)| *to = self.records.read(index));
        Ok(())
    }

    /// Replaces the elements from `start` on by those of `from`, one after the other. If the
    /// process dies in here, the first of them are replaced and the others not.
    ///
    /// # Errors
    ///
    /// [`GuardError`]; then nothing was written.
    pub fn copy_from_slice(&mut self, start: usize, from: &[T]) -> Result<(), GuardError> {
        let indices = span(start, from.len(), self.len())?;
        self.owned.check()?;
        from.iter().zip(indices).for_each(|(value, index)| self.records.write(index, value));
        Ok(())
    }

    /// Returns the elements in order.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter::new(self.records)
    }
}

impl<'a, T: Plain> IntoIterator for &'a Guard<'_, T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T: Plain + fmt::Debug> fmt::Debug for Guard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}
