//! A value whose lock is held.

use std::fmt;

use super::{NotHeld, ONLY, Owned};
use crate::record::{Plain, Records};

/// Holds the lock of a [`Value`](super::Value) until it is dropped.
///
/// Nobody else sets or updates the value meanwhile; readers, and operations on numbers that take no
/// lock, go on. What was set is there at once: a guard that is dropped by a panic, or whose process
/// dies, takes nothing back and leaves the lock to the next. A copy that a fork made is inert in
/// the child.
#[must_use = "a guard that is dropped at once guards nothing"]
pub struct Guard<'a, T> {
    record: &'a Records<T>,
    owned: Owned<'a>,
}

impl<'a, T: Plain> Guard<'a, T> {
    pub(super) fn new(record: &'a Records<T>, owned: Owned<'a>) -> Self {
        Self { record, owned }
    }

    /// Returns the value.
    #[must_use]
    pub fn get(&self) -> T {
        self.record.read(ONLY)
    }

    /// Replaces the value. If the process dies in here, it is the old one or the new one.
    ///
    /// What was added without the lock since the last [`get`](Self::get) is overwritten, too;
    /// [`update`](Self::update) counts it in.
    ///
    /// # Errors
    ///
    /// [`NotHeld`] in a forked child, which has only a copy of the guard.
    pub fn set(&mut self, value: T) -> Result<(), NotHeld> {
        self.owned.check()?;
        self.record.write(ONLY, &value);
        Ok(())
    }

    /// Replaces the value by what `change` makes of it, and returns that; as
    /// [`Value::update`](super::Value::update).
    ///
    /// # Errors
    ///
    /// [`NotHeld`] in a forked child; then `change` was not called.
    pub fn update(&mut self, change: impl FnMut(T) -> T) -> Result<T, NotHeld> {
        self.owned.check()?;
        Ok(self.record.change(ONLY, change))
    }
}

impl<T: Plain + fmt::Debug> fmt::Debug for Guard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("value", &self.get()).finish()
    }
}
