//! One value in shared memory, as `multiprocessing.Value`.
//!
//! # What lies in shared memory
//!
//! A robust lock, and the value: one word for up to 8 bytes, else a turn and two copies.
//!
//! # Invariants
//!
//! 1. Whoever sets or updates holds the lock; whoever gets asks nobody. The numbers of
//!    [`Word`] are also changed without the lock, each time by one operation on one word.
//! 2. A value is replaced by one store of one word. So an owner that died, or panicked, left the
//!    old value or the new one; there is nothing to repair, and nobody is told.

mod error;
mod guard;
#[cfg(not(forkstep_loom))]
mod named;
mod owned;
#[cfg(not(forkstep_loom))]
mod sight;
#[cfg(not(forkstep_loom))]
mod words;

use std::time::Duration;

pub use error::{LockError, LockTimeoutError, NotHeld, TryLockError};
pub use guard::Guard;
#[cfg(not(forkstep_loom))]
pub(crate) use named::{admit, parameters};
pub(crate) use owned::{Owned, bytes, enter, enter_until, try_enter};
#[cfg(not(forkstep_loom))]
pub(crate) use sight::Looked;
#[cfg(not(forkstep_loom))]
pub use sight::ValuesSight;

use crate::deadline::Deadline;
use crate::lock::Lock;
use crate::record::{self, Records};
pub use crate::record::{Integer, Plain, Word};
use crate::region::{Layout, Region, RegionError};

/// A value in shared memory that several processes read and write.
///
/// Reading takes no lock: [`get`](Self::get) never waits for a writer, also not for one that is
/// stopped, and never returns half of a value. Writing takes the value's lock, for a moment
/// ([`set`](Self::set), [`update`](Self::update)) or for as long as a [`Guard`] is kept
/// ([`lock`](Self::lock)). Who sees a value also sees what its writer did before.
///
/// When a process dies in the middle of a write, in whatever way, the value is the old one or the
/// new one, whole; the others go on as if nothing had happened, within
/// [`BACKSTOP`](crate::BACKSTOP). What a dead owner of the lock had set before it died stays set.
///
/// Numbers have operations that take no lock at all: [`fetch_add`](Self::fetch_add),
/// [`compare_exchange`](Self::compare_exchange), [`store`](Self::store). The lock does not keep
/// them out: it excludes those who take it. `update` counts them in all the same.
///
/// A struct in a `Value` is the `Namespace` of Python's managers, without a manager. Cloning gives
/// another handle on the same value; processes forked later share it.
///
/// # Examples
///
/// ```
/// use forkstep::{Process, Value};
///
/// let value = Value::new([1.5, 2.5, 3.5])?;
/// let child = Process::start(|| {
///     let doubled = value.update(|numbers| numbers.map(|number| 2.0 * number));
///     assert_eq!(doubled, Ok([3.0, 5.0, 7.0]));
/// })?;
/// assert!(child.join()?.success());
/// assert_eq!(value.get(), [3.0, 5.0, 7.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Value<T> {
    lock: Lock,
    record: Records<T>,
}

/// Where the value stands among its records.
const ONLY: usize = 0;

impl<T: Plain> Value<T> {
    /// Makes a value in shared memory.
    ///
    /// # Errors
    ///
    /// Those of [`Region::anonymous`](crate::Region::anonymous).
    pub fn new(value: T) -> Result<Self, RegionError> {
        let region = Region::anonymous(bytes(size_of::<T>(), 1)?)?;
        let made = Self::lay_out(&mut Layout::make(&region))?;
        made.record.write(ONLY, &value);
        Ok(made)
    }

    /// Makes a value of zeros, or finds one, as the next part of a layout.
    fn lay_out(layout: &mut Layout<'_>) -> Result<Self, RegionError> {
        Ok(Self { lock: Lock::lay_out(layout)?, record: Records::lay_out(layout, 1)? })
    }

    /// Returns the value, whole, without the lock. A long value is read anew for as long as others
    /// keep writing it while it is read.
    #[inline]
    #[must_use]
    pub fn get(&self) -> T {
        self.record.read(ONLY)
    }

    /// Replaces the value, with the lock held for a moment. If the process dies in here, the value
    /// is the old one or the new one.
    ///
    /// # Errors
    ///
    /// [`LockError`]; then the value is as it was.
    #[inline]
    pub fn set(&self, value: T) -> Result<(), LockError> {
        let owned = enter(&self.lock)?;
        self.record.write(ONLY, &value);
        drop(owned);
        Ok(())
    }

    /// Replaces the value by what `change` makes of it, and returns that: atomic against everything
    /// that changes the value, with or without the lock.
    ///
    /// A number that is changed without the lock meanwhile is changed again from there, so `change`
    /// may be called more than once. If it panics, or if the process dies in it, the value is as it
    /// was. It must not write to this value: that is [`LockError::WouldDeadlock`].
    ///
    /// # Errors
    ///
    /// [`LockError`]; then `change` was not called.
    #[inline]
    pub fn update(&self, change: impl FnMut(T) -> T) -> Result<T, LockError> {
        let owned = enter(&self.lock)?;
        let value = self.record.change(ONLY, change);
        drop(owned);
        Ok(value)
    }

    /// Takes the value's lock, waiting for whoever has it. If that process dies, the lock is given
    /// to the next without a report: the value is whole, and as the dead has left it.
    ///
    /// # Errors
    ///
    /// [`LockError`].
    ///
    /// # Examples
    ///
    /// ```
    /// let value = forkstep::Value::new([1_u64, 2])?;
    /// let mut guard = value.lock()?;
    /// let [small, large] = guard.get();
    /// guard.set([small + 10, large + 10])?;
    /// assert_eq!(guard.get(), [11, 12]);
    /// drop(guard);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn lock(&self) -> Result<Guard<'_, T>, LockError> {
        Ok(Guard::new(&self.record, enter(&self.lock)?))
    }

    /// Takes the value's lock, waiting no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// [`LockTimeoutError::TimedOut`] if another had it all the time; otherwise as for
    /// [`lock`](Self::lock).
    pub fn lock_timeout(&self, timeout: Duration) -> Result<Guard<'_, T>, LockTimeoutError> {
        let owned = enter_until(&self.lock, Deadline::after(timeout))?;
        Ok(Guard::new(&self.record, owned))
    }

    /// Takes the value's lock if nobody has it.
    ///
    /// # Errors
    ///
    /// [`TryLockError::WouldBlock`] if another has it; otherwise as for [`lock`](Self::lock).
    pub fn try_lock(&self) -> Result<Guard<'_, T>, TryLockError> {
        Ok(Guard::new(&self.record, try_enter(&self.lock)?))
    }
}

/// What needs no lock, and does not ask it.
impl<T: Word> Value<T> {
    /// Returns the number: the same as [`get`](Self::get).
    #[inline]
    #[must_use]
    pub fn load(&self) -> T {
        self.get()
    }

    /// Replaces the number, also while another process holds the lock.
    #[inline]
    pub fn store(&self, value: T) {
        record::store(self.record.word(ONLY), value);
    }

    /// Replaces the number by `new` if it is `current`, bit for bit, and returns what it was; also
    /// while another process holds the lock.
    ///
    /// So a NaN is equal to itself, and 0.0 is not -0.0.
    ///
    /// # Errors
    ///
    /// What it was instead; then it is as it was.
    #[inline]
    pub fn compare_exchange(&self, current: T, new: T) -> Result<T, T> {
        record::compare_exchange(self.record.word(ONLY), current, new)
    }
}

impl<T: Integer> Value<T> {
    /// Adds to the integer, wrapping around at the end of its range, and returns what it was; also
    /// while another process holds the lock. To subtract, add the negated value.
    ///
    /// # Examples
    ///
    /// ```
    /// let value = forkstep::Value::new(254_u8)?;
    /// assert_eq!((value.fetch_add(3), value.get()), (254, 1));
    /// assert_eq!((value.fetch_add(2_u8.wrapping_neg()), value.get()), (1, 255));
    /// # Ok::<(), forkstep::RegionError>(())
    /// ```
    #[inline]
    pub fn fetch_add(&self, value: T) -> T {
        record::fetch_add(self.record.word(ONLY), value)
    }
}

// Derived, it would ask for `T: Clone`.
impl<T> Clone for Value<T> {
    fn clone(&self) -> Self {
        Self { lock: self.lock.clone(), record: self.record.clone() }
    }
}

impl<T: Plain + std::fmt::Debug> std::fmt::Debug for Value<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Value").field("value", &self.get()).field("lock", &self.lock).finish()
    }
}

#[cfg(all(test, not(forkstep_loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_again() {
        let region = Region::anonymous(bytes(size_of::<u128>(), 1).expect("small")).expect("small");
        let made = Value::<u128>::lay_out(&mut Layout::make(&region)).expect("room");
        made.set(1 << 100).expect("the lock is free");
        let found = Value::<u128>::lay_out(&mut Layout::find(&region)).expect("as it was made");
        assert_eq!(found.get(), 1 << 100);
        let _guard = made.lock().expect("the lock is free");
        assert_eq!(found.set(0), Err(LockError::WouldDeadlock), "the lock is the same");
    }
}
