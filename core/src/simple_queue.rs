//! A queue bounded by its bytes alone.

#[cfg(not(forkstep_loom))]
mod named;
#[cfg(not(forkstep_loom))]
mod words;

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::queue::{ByteQueue, GetError, PutError, Queue};
use crate::region::RegionError;

/// A queue between processes without a limit on the number of items: first in, first out, over all
/// producers.
///
/// It is a [`Queue`] that is full only when its bytes are, and promises the same: what `put`
/// returned for is in the queue, whoever dies, and nobody waits for the dead.
///
/// Cloning gives another handle on the same queue; processes forked later share it.
///
/// # Examples
///
/// ```
/// use forkstep::{GetError, Process, SimpleQueue};
///
/// let queue = SimpleQueue::new(4096)?;
/// let child = Process::start(|| (1..=3_u64).try_for_each(|n| queue.put(&n)))?;
/// assert!(child.join()?.success());
/// queue.close()?;
/// assert_eq!([queue.get(), queue.get(), queue.get()], [Ok(1), Ok(2), Ok(3)]);
/// assert!(queue.is_empty());
/// assert_eq!(queue.get(), Err(GetError::Closed));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SimpleQueue<T> {
    queue: Queue<T>,
}

// Derived, it would ask for `T: Clone`.
impl<T> Clone for SimpleQueue<T> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone() }
    }
}

impl<T> fmt::Debug for SimpleQueue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimpleQueue").field("len", &self.queue.len()).finish()
    }
}

impl<T> SimpleQueue<T> {
    /// Makes a queue of `bytes` bytes; an item takes 8 bytes more than its encoding, rounded up to
    /// 8. (Beyond 8 GiB there is a limit on items after all: 2^30.)
    ///
    /// # Errors
    ///
    /// [`RegionError::Empty`] for 0 bytes; [`RegionError::TooLarge`] for more than 16 GiB;
    /// otherwise those of [`Region::anonymous`](crate::Region::anonymous).
    pub fn new(bytes: usize) -> Result<Self, RegionError> {
        Ok(Self { queue: Queue::with_capacity(ByteQueue::MAX_ITEMS, bytes)? })
    }

    /// Closes the queue, as [`Queue::close`] does.
    ///
    /// # Errors
    ///
    /// As for [`Queue::close`].
    pub fn close(&self) -> Result<(), PutError> {
        self.queue.close()
    }

    /// Whether the queue is closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.queue.is_closed()
    }

    /// Whether there is no item, at one moment during the call.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }
}

impl<T: Serialize> SimpleQueue<T> {
    /// Puts an item, waiting for room.
    ///
    /// # Errors
    ///
    /// As for [`Queue::put`].
    pub fn put(&self, item: &T) -> Result<(), PutError> {
        self.queue.put(item)
    }

    /// Puts an item if there is room now.
    ///
    /// # Errors
    ///
    /// As for [`Queue::try_put`].
    pub fn try_put(&self, item: &T) -> Result<(), PutError> {
        self.queue.try_put(item)
    }

    /// Puts an item, waiting for room no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// As for [`Queue::put_timeout`].
    pub fn put_timeout(&self, item: &T, timeout: Duration) -> Result<(), PutError> {
        self.queue.put_timeout(item, timeout)
    }
}

impl<T: DeserializeOwned> SimpleQueue<T> {
    /// Gets the oldest item, waiting for one.
    ///
    /// # Errors
    ///
    /// As for [`Queue::get`].
    pub fn get(&self) -> Result<T, GetError> {
        self.queue.get()
    }

    /// Gets the oldest item if there is one.
    ///
    /// # Errors
    ///
    /// As for [`Queue::try_get`].
    pub fn try_get(&self) -> Result<T, GetError> {
        self.queue.try_get()
    }

    /// Gets the oldest item, waiting for one no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// As for [`Queue::get_timeout`].
    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        self.queue.get_timeout(timeout)
    }
}
