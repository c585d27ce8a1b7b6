//! Values of one type side by side, as `multiprocessing.Array`.
//!
//! What lies in shared memory is a robust lock and as many records as the array is long, each as
//! that of a [`Value`](crate::Value); the invariants are those of [`value`](crate::value), for each
//! element. One lock is there for all of them.

mod error;
mod guard;
mod iter;
#[cfg(not(forkstep_loom))]
mod named;
mod range;
#[cfg(not(forkstep_loom))]
mod words;

use std::time::Duration;

pub use error::{ArrayError, GuardError, OutOfBounds};
pub use guard::Guard;
pub use iter::Iter;

use crate::deadline::Deadline;
use crate::lock::Lock;
use crate::record::{self, Integer, Plain, Records};
use crate::region::{Layout, Region, RegionError};
use crate::value::{
    LockError, LockTimeoutError, TryLockError, bytes, enter, enter_until, try_enter,
};
use range::{checked, span};

/// A fixed number of values in shared memory that several processes read and write.
///
/// Each element is as a [`Value`](crate::Value): reading takes no lock and never returns half of
/// one, writing takes the array's lock for a moment, or for as long as a [`Guard`] is kept. A slice
/// is copied element by element: each is whole, but they need not be of one moment, unless the lock
/// is held.
///
/// When a process dies in the middle of a write, each element is its old value or its new one; the
/// others go on as if nothing had happened, within [`BACKSTOP`](crate::BACKSTOP).
///
/// Cloning gives another handle on the same array; processes forked later share it.
///
/// # Examples
///
/// ```
/// use forkstep::{Array, Process};
///
/// let squares = Array::new(4, 0_u64)?;
/// let children: Result<Vec<_>, _> = (0..4)
///     .map(|n| {
///         let squares = squares.clone();
///         Process::start(move || squares.set(n, (n * n) as u64).expect("it is long enough"))
///     })
///     .collect();
/// for child in children? {
///     child.join()?;
/// }
/// assert_eq!(squares.iter().collect::<Vec<_>>(), [0, 1, 4, 9]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Array<T> {
    lock: Lock,
    records: Records<T>,
}

impl<T: Plain> Array<T> {
    /// Makes an array of `len` values, all equal to `value`. An element takes 8 bytes; one that is
    /// longer takes 8 bytes and twice its size, rounded up to 8.
    ///
    /// # Errors
    ///
    /// [`RegionError::Empty`] for a length of 0; [`RegionError::TooLarge`] or
    /// [`RegionError::NoMemory`] for more than can be had; otherwise those of
    /// [`Region::anonymous`](crate::Region::anonymous).
    pub fn new(len: usize, value: T) -> Result<Self, RegionError> {
        let made = Self::of_zeros(len)?;
        (0..len).for_each(|index| made.records.write(index, &value));
        Ok(made)
    }

    /// Makes an array of these values.
    ///
    /// # Errors
    ///
    /// As for [`Array::new`].
    pub fn from_slice(values: &[T]) -> Result<Self, RegionError> {
        let made = Self::of_zeros(values.len())?;
        values.iter().enumerate().for_each(|(index, value)| made.records.write(index, value));
        Ok(made)
    }

    fn of_zeros(len: usize) -> Result<Self, RegionError> {
        let region = Region::anonymous(bytes(size_of::<T>(), len)?)?;
        Self::lay_out(&mut Layout::make(&region), len)
    }

    /// Makes values of zeros, or finds an array, as the next part of a layout. The length has been
    /// checked.
    fn lay_out(layout: &mut Layout<'_>, len: usize) -> Result<Self, RegionError> {
        Ok(Self { lock: Lock::lay_out(layout)?, records: Records::lay_out(layout, len)? })
    }

    /// How many elements there are: never 0, and never another number.
    #[inline]
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "an array is never empty")]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Returns an element, whole, without the lock.
    ///
    /// # Errors
    ///
    /// [`OutOfBounds`].
    #[inline]
    pub fn get(&self, index: usize) -> Result<T, OutOfBounds> {
        Ok(self.records.read(checked(index, self.len())?))
    }

    /// Replaces an element, with the lock held for a moment. If the process dies in here, it is the
    /// old value or the new one.
    ///
    /// # Errors
    ///
    /// [`ArrayError`]; then nothing was written.
    #[inline]
    pub fn set(&self, index: usize, value: T) -> Result<(), ArrayError> {
        let index = checked(index, self.len())?;
        let owned = enter(&self.lock)?;
        self.records.write(index, &value);
        drop(owned);
        Ok(())
    }

    /// Replaces an element by what `change` makes of it, and returns that; as
    /// [`Value::update`](crate::Value::update).
    ///
    /// # Errors
    ///
    /// [`ArrayError`]; then `change` was not called.
    #[inline]
    pub fn update(&self, index: usize, change: impl FnMut(T) -> T) -> Result<T, ArrayError> {
        let index = checked(index, self.len())?;
        let owned = enter(&self.lock)?;
        let value = self.records.change(index, change);
        drop(owned);
        Ok(value)
    }

    /// Copies the elements from `start` on into `to`, without the lock: each of them whole, the
    /// slice not as one. For that, hold the lock.
    ///
    /// # Errors
    ///
    /// [`OutOfBounds`] if the array ends before `to` is full; then nothing was copied.
    pub fn copy_to_slice(&self, start: usize, to: &mut [T]) -> Result<(), OutOfBounds> {
        let indices = span(start, to.len(), self.len())?;
        to.iter_mut().zip(indices).for_each(|(to, index)| *to = self.records.read(index));
        Ok(())
    }

    /// Replaces the elements from `start` on by those of `from`, one after the other, with the lock
    /// held for as long as that takes. If the process dies in here, the first of them are replaced
    /// and the others not.
    ///
    /// # Errors
    ///
    /// [`ArrayError`]; then nothing was written.
    pub fn copy_from_slice(&self, start: usize, from: &[T]) -> Result<(), ArrayError> {
        let indices = span(start, from.len(), self.len())?;
        let owned = enter(&self.lock)?;
        from.iter().zip(indices).for_each(|(value, index)| self.records.write(index, value));
        drop(owned);
        Ok(())
    }

    /// Returns the elements in order, each as it is when its turn has come.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter::new(&self.records)
    }

    /// Takes the array's lock, waiting for whoever has it. If that process dies, the lock is given
    /// to the next without a report: each element is whole, and as the dead has left it.
    ///
    /// # Errors
    ///
    /// [`LockError`].
    ///
    /// # Examples
    ///
    /// ```
    /// let pair = forkstep::Array::from_slice(&[1_u64, 2])?;
    /// let mut guard = pair.lock()?;
    /// let (left, right) = (guard.get(0)?, guard.get(1)?);
    /// guard.set(0, right)?;
    /// guard.set(1, left)?;
    /// drop(guard);
    /// assert_eq!(pair.iter().collect::<Vec<_>>(), [2, 1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn lock(&self) -> Result<Guard<'_, T>, LockError> {
        Ok(Guard::new(&self.records, enter(&self.lock)?))
    }

    /// Takes the array's lock, waiting no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// [`LockTimeoutError::TimedOut`] if another had it all the time; otherwise as for
    /// [`lock`](Self::lock).
    pub fn lock_timeout(&self, timeout: Duration) -> Result<Guard<'_, T>, LockTimeoutError> {
        Ok(Guard::new(&self.records, enter_until(&self.lock, Deadline::after(timeout))?))
    }

    /// Takes the array's lock if nobody has it.
    ///
    /// # Errors
    ///
    /// [`TryLockError::WouldBlock`] if another has it; otherwise as for [`lock`](Self::lock).
    pub fn try_lock(&self) -> Result<Guard<'_, T>, TryLockError> {
        Ok(Guard::new(&self.records, try_enter(&self.lock)?))
    }
}

impl<T: Integer> Array<T> {
    /// Adds to an element, wrapping around at the end of its range, and returns what it was; takes
    /// no lock, and is not kept out by it. To subtract, add the negated value.
    ///
    /// # Errors
    ///
    /// [`OutOfBounds`].
    #[inline]
    pub fn fetch_add(&self, index: usize, value: T) -> Result<T, OutOfBounds> {
        let index = checked(index, self.len())?;
        Ok(record::fetch_add(self.records.word(index), value))
    }
}

impl<'a, T: Plain> IntoIterator for &'a Array<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

// Derived, it would ask for `T: Clone`.
impl<T> Clone for Array<T> {
    fn clone(&self) -> Self {
        Self { lock: self.lock.clone(), records: self.records.clone() }
    }
}

impl<T: Plain + std::fmt::Debug> std::fmt::Debug for Array<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

#[cfg(all(test, not(forkstep_loom)))]
mod tests {
    use super::*;

    #[test]
    fn an_array_is_found_again() {
        let region = Region::anonymous(bytes(size_of::<u16>(), 7).expect("small")).expect("small");
        let made = Array::<u16>::lay_out(&mut Layout::make(&region), 7).expect("room");
        made.copy_from_slice(2, &[1, 2, 3]).expect("the lock is free");
        let found = Array::<u16>::lay_out(&mut Layout::find(&region), 7).expect("as it was made");
        assert_eq!(found.iter().collect::<Vec<_>>(), [0, 0, 1, 2, 3, 0, 0]);
    }
}
