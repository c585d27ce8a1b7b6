//! Plain shared memory.

#![allow(clippy::disallowed_types, reason = "this file is the seam's door to std's UnsafeCell")]

/// Plain memory that several processes may reach, one of them at a time.
///
/// The two methods hand out raw pointers; who follows one must hold the lock that guards the cell.
/// A participant that is dead in the model gets the default instead of a call.
#[repr(transparent)]
#[derive(Debug, Default)]
pub struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

impl<T> UnsafeCell<T> {
    /// Makes a cell with this value.
    pub const fn new(value: T) -> Self {
        Self(std::cell::UnsafeCell::new(value))
    }

    /// Makes a cell with this value; the name is for the model's timelines.
    pub const fn named(value: T, _name: &'static str) -> Self {
        Self::new(value)
    }

    /// Calls `f` with a pointer to read through.
    #[inline]
    pub fn with<R: Default>(&self, f: impl FnOnce(*const T) -> R) -> R {
        f(self.0.get())
    }

    /// Calls `f` with a pointer to write through.
    #[inline]
    pub fn with_mut<R: Default>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        f(self.0.get())
    }
}
