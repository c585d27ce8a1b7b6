//! A list between processes: a dict whose keys are the places, in one shard.
//!
//! The next place is the number of keys, which is exact under the shard's lock. What holds for the
//! dict holds here: readers take no lock, a change is one store, and who dies leaves nothing half
//! done.

#[cfg(not(forkstep_loom))]
mod named;
#[cfg(not(forkstep_loom))]
mod words;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::dict::{Datum, DictReadError, DictWriteError, Size, Table};
use crate::enter::Wait;
use crate::region::RegionError;

/// A list between processes: values in the order in which they were appended.
///
/// Values are encoded with serde and postcard. Reading takes no lock and waits for nobody.
/// A process that dies while it writes leaves the list as it was before or as it should be after,
/// and the others go on.
///
/// Cloning gives another handle on the same list; processes forked later share it.
///
/// # Examples
///
/// ```
/// use forkstep::{List, Process};
///
/// let names = List::<String>::new(4096)?;
/// names.append("owen")?;
/// let child = Process::start(|| names.append("bob").map(drop))?;
/// assert!(child.join()?.success());
/// assert_eq!((names.len(), names.get(1)?), (2, Some("bob".to_owned())));
/// assert_eq!(names.pop()?, Some("bob".to_owned()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct List<T> {
    table: Arc<Table>,
    timeout: Option<Duration>,
    values: PhantomData<fn(T) -> T>,
}

// Derived, it would ask for `T: Clone`.
impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        Self { table: Arc::clone(&self.table), timeout: self.timeout, values: PhantomData }
    }
}

impl<T> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// The size of a list for about so many bytes.
fn size(bytes: usize) -> Result<Size, RegionError> {
    Size::of(bytes, Some(1), 0)
}

impl<T> List<T> {
    /// Makes a list for about `bytes` bytes of values. A value takes its encoding, rounded up to 8
    /// bytes, 16 bytes more, and 11 to 32 in a table.
    ///
    /// # Errors
    ///
    /// [`RegionError::Empty`] for 0 bytes; [`RegionError::TooLarge`] for more than 4 GiB; otherwise
    /// those of [`Region::anonymous`](crate::Region::anonymous).
    pub fn new(bytes: usize) -> Result<Self, RegionError> {
        let table = Arc::new(Table::new(size(bytes)?)?);
        Ok(Self { table, timeout: None, values: PhantomData })
    }

    /// Gives a handle whose operations wait for the lock no longer than `timeout` each, and then
    /// say `TimedOut`.
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..self.clone() }
    }

    /// How many values there are. If a process died in the middle of a change, that change may not
    /// be counted until somebody writes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there is no value; see [`len`](Self::len).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Removes all values, at one moment.
    ///
    /// # Errors
    ///
    /// [`DictWriteError::TimedOut`], `Refused` or `Corrupt`.
    pub fn clear(&self) -> Result<(), DictWriteError> {
        self.table.clear(self.wait())
    }

    fn wait(&self) -> Wait {
        Wait::within(self.timeout)
    }
}

impl<T> List<T> {
    /// Appends a value; returns its place. `&str` may stand for `String`, as for a dict's keys.
    ///
    /// # Errors
    ///
    /// [`DictWriteError`], `Undecodable` excepted.
    pub fn append<Q>(&self, value: &Q) -> Result<usize, DictWriteError>
    where
        T: std::borrow::Borrow<Q>,
        Q: Serialize + ?Sized,
    {
        let mut bytes = Datum::new();
        bytes.encode(value)?;
        self.table.append(&bytes, self.wait())
    }

    /// Sets the value at a place; says whether there was one. If not, nothing is set.
    ///
    /// # Errors
    ///
    /// [`DictWriteError`], `Undecodable` excepted.
    pub fn set<Q>(&self, place: usize, value: &Q) -> Result<bool, DictWriteError>
    where
        T: std::borrow::Borrow<Q>,
        Q: Serialize + ?Sized,
    {
        let mut bytes = Datum::new();
        bytes.encode(value)?;
        let mut is_there = false;
        self.table.change(&Datum::of_place(place), self.wait(), |old, new| {
            is_there = old.is_some();
            std::mem::swap(new, &mut bytes);
            Ok(is_there)
        })?;
        Ok(is_there)
    }
}

impl<T: DeserializeOwned> List<T> {
    /// Returns the value at a place, if there is one.
    ///
    /// # Errors
    ///
    /// [`DictReadError`].
    pub fn get(&self, place: usize) -> Result<Option<T>, DictReadError> {
        let mut value = Datum::new();
        match self.table.get(&Datum::of_place(place), &mut value, self.wait())? {
            true => DictReadError::decode(&value).map(Some),
            false => Ok(None),
        }
    }

    /// Removes the last value and returns it, if there is one.
    ///
    /// # Errors
    ///
    /// [`DictWriteError::Undecodable`] if the value is none of this type: it has been removed, and
    /// its bytes are in the error. Otherwise `TimedOut`, `Refused` or `Corrupt`.
    pub fn pop(&self) -> Result<Option<T>, DictWriteError> {
        let mut value = Datum::new();
        match self.table.remove_last(&mut value, self.wait())? {
            true => DictWriteError::decode(&value).map(Some),
            false => Ok(None),
        }
    }

    /// Goes through the values from the first place to the last; each is read when it is asked for.
    ///
    /// A value that cannot be decoded comes as the error that says so, and the others are still
    /// there. Any other error is the last: where one place cannot be read, none can, and there
    /// would be no end of errors.
    pub fn iter(&self) -> impl Iterator<Item = Result<T, DictReadError>> + '_ {
        let mut ended = false;
        (0..).map_while(move |place| {
            if ended {
                return None;
            }
            let value = self.get(place);
            ended = !matches!(value, Ok(_) | Err(DictReadError::Undecodable { .. }));
            value.transpose()
        })
    }
}
