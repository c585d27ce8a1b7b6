//! The queue of values.

use std::marker::PhantomData;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::{GetError, PutError};
use super::ring::{ByteQueue, Wait};
use crate::deadline::Deadline;
use crate::region::RegionError;

/// A bounded queue between processes: first in, first out, over all producers.
///
/// Values are encoded with serde and postcard. When `put` returns, the item is in the queue and
/// stays there, whatever happens to the process; when `get` returns, it belongs to the caller
/// alone. A process that dies in a put has put all of its item or nothing; one that dies in a get
/// has taken an item or not, and if it has, the item died with it. Nobody waits for the dead:
/// whoever dies costs the others at most one [`BACKSTOP`](crate::BACKSTOP).
///
/// Cloning gives another handle on the same queue; processes forked later share it.
///
/// # Examples
///
/// ```
/// use forkstep::{GetError, Process, Queue};
///
/// let queue = Queue::new(3)?;
/// let child = Process::start(|| queue.put(&"dumpling".to_owned()))?;
/// assert_eq!(queue.get()?, "dumpling");
/// assert!(child.join()?.success());
/// queue.close()?;
/// assert_eq!(queue.get(), Err(GetError::Closed));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Queue<T> {
    bytes: ByteQueue,
    items: PhantomData<fn(T) -> T>,
}

// Derived, it would ask for `T: Clone`.
impl<T> Clone for Queue<T> {
    fn clone(&self) -> Self {
        Self { bytes: self.bytes.clone(), items: PhantomData }
    }
}

impl<T> std::fmt::Debug for Queue<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (len, capacity) = (self.len(), self.capacity());
        f.debug_struct("Queue").field("len", &len).field("capacity", &capacity).finish()
    }
}

/// Bytes for each item, where nothing is said: small messages.
const BYTES_PER_ITEM: usize = 64;
/// The fewest bytes of a queue where nothing is said.
const LEAST_BYTES: usize = 64 * 1024;

impl<T> Queue<T> {
    /// Makes a queue for at most `items` items, with 64 bytes of room for each and 64 KiB at least.
    ///
    /// # Errors
    ///
    /// [`RegionError::Empty`] for 0 items; [`RegionError::TooLarge`] for more than 2^29; otherwise
    /// those of [`Region::anonymous`](crate::Region::anonymous).
    pub fn new(items: usize) -> Result<Self, RegionError> {
        Self::with_capacity(items, items.saturating_mul(BYTES_PER_ITEM).max(LEAST_BYTES))
    }

    /// Makes a queue for at most `items` items and `bytes` bytes; an item takes 8 bytes more than
    /// its encoding, rounded up to 8.
    ///
    /// # Errors
    ///
    /// As for [`Queue::new`]; [`RegionError::Empty`] also for 0 bytes.
    pub fn with_capacity(items: usize, bytes: usize) -> Result<Self, RegionError> {
        Ok(Self { bytes: ByteQueue::new(items, bytes)?, items: PhantomData })
    }

    /// Puts bytes as they are, waiting for room; [`Queue::get_bytes`] gets them.
    ///
    /// # Errors
    ///
    /// [`PutError`], `Full` and `Encode` excepted.
    pub fn put_bytes(&self, item: &[u8]) -> Result<(), PutError> {
        self.bytes.put(item, Wait::ForEver)
    }

    /// Gets the oldest item as bytes, waiting for one.
    ///
    /// # Errors
    ///
    /// [`GetError`], `Empty` and `Undecodable` excepted.
    pub fn get_bytes(&self) -> Result<Vec<u8>, GetError> {
        self.bytes.get(Wait::ForEver)
    }

    /// Closes the queue: puts fail from now on, gets drain it and then say `Closed`.
    ///
    /// # Errors
    ///
    /// [`PutError::Refused`] or [`PutError::Corrupt`].
    pub fn close(&self) -> Result<(), PutError> {
        self.bytes.close()
    }

    /// Whether the queue is closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.bytes.is_closed()
    }

    /// How many items are in the queue, at one moment during the call.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there is no item.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there are as many items as the queue was made for.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.len() == self.capacity()
    }

    /// How many items the queue was made for.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.bytes.capacity()
    }
}

impl<T: Serialize> Queue<T> {
    /// Puts an item, waiting for room.
    ///
    /// # Errors
    ///
    /// [`PutError`], `Full` excepted.
    pub fn put(&self, item: &T) -> Result<(), PutError> {
        self.bytes.put(&encode(item)?, Wait::ForEver)
    }

    /// Puts an item if there is room now. Waits while another process is in the middle of a put,
    /// which is never long, unless that process is stopped.
    ///
    /// # Errors
    ///
    /// [`PutError::Full`] if there is none; otherwise as for [`Queue::put`].
    pub fn try_put(&self, item: &T) -> Result<(), PutError> {
        self.bytes.put(&encode(item)?, Wait::Not)
    }

    /// Puts an item, waiting for room no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// [`PutError::Full`] if there was none; otherwise as for [`Queue::put`].
    pub fn put_timeout(&self, item: &T, timeout: Duration) -> Result<(), PutError> {
        self.bytes.put(&encode(item)?, Wait::Until(Deadline::after(timeout)))
    }
}

impl<T: DeserializeOwned> Queue<T> {
    /// Gets the oldest item, waiting for one.
    ///
    /// # Errors
    ///
    /// [`GetError`], `Empty` excepted.
    pub fn get(&self) -> Result<T, GetError> {
        decode(self.bytes.get(Wait::ForEver)?)
    }

    /// Gets the oldest item if there is one. Waits while another process is in the middle of a get,
    /// which is never long, unless that process is stopped.
    ///
    /// # Errors
    ///
    /// [`GetError::Empty`] if there is none; otherwise as for [`Queue::get`].
    pub fn try_get(&self) -> Result<T, GetError> {
        decode(self.bytes.get(Wait::Not)?)
    }

    /// Gets the oldest item, waiting for one no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// [`GetError::Empty`] if there was none; otherwise as for [`Queue::get`].
    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        decode(self.bytes.get(Wait::Until(Deadline::after(timeout)))?)
    }
}

pub(crate) fn encode<T: Serialize>(item: &T) -> Result<Vec<u8>, PutError> {
    postcard::to_allocvec(item).map_err(|error| PutError::Encode(error.to_string()))
}

pub(crate) fn decode<T: DeserializeOwned>(bytes: Vec<u8>) -> Result<T, GetError> {
    match postcard::take_from_bytes(&bytes) {
        Ok((item, [])) => Ok(item),
        Ok(_) => Err(GetError::Undecodable { bytes, why: "bytes are left over".to_owned() }),
        Err(error) => Err(GetError::Undecodable { why: error.to_string(), bytes }),
    }
}
