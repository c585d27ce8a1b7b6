//! The queue of values.

use std::marker::PhantomData;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::encoding::{Batch, Drain, decode};
use super::error::{GetError, PutError, PutManyError};
use super::ring::ByteQueue;
use crate::deadline::Deadline;
use crate::enter::Wait;
use crate::item::Item;
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
    pub(super) bytes: ByteQueue,
    pub(super) items: PhantomData<fn(T) -> T>,
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

/// The bytes of a queue for so many items, where nothing is said.
pub(super) fn bytes_for(items: usize) -> usize {
    items.saturating_mul(BYTES_PER_ITEM).max(LEAST_BYTES)
}

impl<T> Queue<T> {
    /// Makes a queue for at most `items` items, with 64 bytes of room for each and 64 KiB at least.
    ///
    /// # Errors
    ///
    /// [`RegionError::Empty`] for 0 items; [`RegionError::TooLarge`] for more than 2^30 items or
    /// more than 16 GiB; otherwise those of [`Region::anonymous`](crate::Region::anonymous).
    pub fn new(items: usize) -> Result<Self, RegionError> {
        Self::with_capacity(items, bytes_for(items))
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

    /// Puts bytes as they are, waiting for room no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// [`PutError`], `Encode` excepted.
    pub fn put_bytes_timeout(&self, item: &[u8], timeout: Duration) -> Result<(), PutError> {
        self.bytes.put(item, Wait::Until(Deadline::after(timeout)))
    }

    /// Gets the oldest item as bytes, waiting for one.
    ///
    /// # Errors
    ///
    /// [`GetError`], `Empty` and `Undecodable` excepted.
    pub fn get_bytes(&self) -> Result<Vec<u8>, GetError> {
        self.take(Wait::ForEver).map(Item::into_vec)
    }

    /// Gets the oldest item as bytes, waiting for one no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// [`GetError`], `Undecodable` excepted.
    pub fn get_bytes_timeout(&self, timeout: Duration) -> Result<Vec<u8>, GetError> {
        self.take(Wait::Until(Deadline::after(timeout))).map(Item::into_vec)
    }

    /// Puts an item of `len` bytes that `fill` writes where the item will lie, waiting for room.
    ///
    /// The bytes are in two parts, because the ring has an end: the second part is mostly empty.
    /// They hold anything until they are written. Nobody else can put while `fill` runs. If it
    /// panics, or if the process dies in it, nothing was put.
    ///
    /// # Errors
    ///
    /// [`PutError`], `Full` and `Encode` excepted; then `fill` was not called.
    ///
    /// # Examples
    ///
    /// ```
    /// let queue = forkstep::Queue::<()>::new(1)?;
    /// queue.put_with(1000, |first, second| {
    ///     first.fill(7);
    ///     second.fill(7);
    /// })?;
    /// let sevens = queue.get_with(|first, second| {
    ///     first.iter().chain(second).filter(|byte| **byte == 7).count()
    /// })?;
    /// assert_eq!(sevens, 1000);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn put_with(
        &self,
        len: usize,
        fill: impl FnOnce(&mut [u8], &mut [u8]),
    ) -> Result<(), PutError> {
        self.bytes.put_with(len, Wait::ForEver, fill)
    }

    /// Gets the oldest item by showing its bytes to `take` where they lie, waiting for one.
    ///
    /// The bytes are in two parts, as for [`put_with`](Self::put_with). Nobody else can get while
    /// `take` runs. If it panics, or if the process dies in it, the item stays in the queue.
    ///
    /// # Errors
    ///
    /// [`GetError`], `Empty` and `Undecodable` excepted; then `take` was not called.
    pub fn get_with<R>(&self, take: impl FnOnce(&[u8], &[u8]) -> R) -> Result<R, GetError> {
        self.bytes.get_with(Wait::ForEver, take)
    }

    #[inline]
    fn take(&self, wait: Wait) -> Result<Item, GetError> {
        let mut item = Item::new();
        self.bytes.get(&mut item, wait)?;
        Ok(item)
    }

    /// Closes the queue: puts fail from now on, gets drain it and then say `Closed`.
    ///
    /// # Errors
    ///
    /// [`PutError::Refused`]; [`PutError::Busy`] if another process was stopped in the middle of a
    /// put; [`PutError::Corrupt`].
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
        self.put_value(item, Wait::ForEver)
    }

    /// Puts an item if there is room now. Waits while another process is in the middle of a put,
    /// which is never long, unless that process is stopped.
    ///
    /// # Errors
    ///
    /// [`PutError::Full`] if there is none; `Busy` if another process was stopped in the middle of
    /// a put; otherwise as for [`Queue::put`].
    pub fn try_put(&self, item: &T) -> Result<(), PutError> {
        self.put_value(item, Wait::Not)
    }

    /// Puts an item, waiting for room no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// [`PutError::Full`] if there was none; otherwise as for [`Queue::put`].
    pub fn put_timeout(&self, item: &T, timeout: Duration) -> Result<(), PutError> {
        self.put_value(item, Wait::Until(Deadline::after(timeout)))
    }

    #[inline]
    fn put_value(&self, value: &T, wait: Wait) -> Result<(), PutError> {
        let mut item = Item::new();
        item.encode(value)?;
        self.bytes.put(item.bytes(), wait)
    }

    /// Puts all items in order, waiting for room: as many as there is room for at once, with one
    /// commit, then the next. Items of others may come between those parts.
    ///
    /// If the process dies in here, some of the first items have been put and the others not.
    ///
    /// # Errors
    ///
    /// [`PutManyError`], which says how many were put; none if one of them cannot be encoded or is
    /// too large.
    pub fn put_many(&self, items: &[T]) -> Result<(), PutManyError> {
        let batch = Batch::of(items).map_err(|error| PutManyError { put: 0, error })?;
        self.bytes.put_many(batch, Wait::ForEver)
    }

    /// Puts all items in order as [`put_many`](Self::put_many), waiting no longer than `timeout`
    /// for the room of all.
    ///
    /// # Errors
    ///
    /// As for `put_many`; with [`PutError::Full`] if there was not enough room in time.
    pub fn put_many_timeout(&self, items: &[T], timeout: Duration) -> Result<(), PutManyError> {
        let batch = Batch::of(items).map_err(|error| PutManyError { put: 0, error })?;
        self.bytes.put_many(batch, Wait::Until(Deadline::after(timeout)))
    }
}

impl<T: DeserializeOwned> Queue<T> {
    /// Gets the oldest item, waiting for one.
    ///
    /// # Errors
    ///
    /// [`GetError`], `Empty` excepted.
    pub fn get(&self) -> Result<T, GetError> {
        self.get_value(Wait::ForEver)
    }

    /// Gets the oldest item if there is one. Waits while another process is in the middle of a get,
    /// which is never long, unless that process is stopped.
    ///
    /// # Errors
    ///
    /// [`GetError::Empty`] if there is none; `Busy` if another process was stopped in the middle of
    /// a get; otherwise as for [`Queue::get`].
    pub fn try_get(&self) -> Result<T, GetError> {
        self.get_value(Wait::Not)
    }

    /// Gets the oldest item, waiting for one no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// [`GetError::Empty`] if there was none; otherwise as for [`Queue::get`].
    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        self.get_value(Wait::Until(Deadline::after(timeout)))
    }

    #[inline]
    fn get_value(&self, wait: Wait) -> Result<T, GetError> {
        let mut item = Item::new();
        self.bytes.get(&mut item, wait)?;
        decode(item.bytes())
    }

    /// Gets the oldest items, at most `max`, waiting for the first of them.
    ///
    /// # Errors
    ///
    /// [`GetError`], `Empty` and `Undecodable` excepted: an item that cannot be decoded is an error
    /// of its own among the items.
    ///
    /// # Examples
    ///
    /// ```
    /// let queue = forkstep::Queue::new(10)?;
    /// queue.put_many(&[1, 2, 3])?;
    /// let got: Result<Vec<i32>, _> = queue.drain(10)?.collect();
    /// assert_eq!(got?, [1, 2, 3]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn drain(&self, max: usize) -> Result<Drain<T>, GetError> {
        self.drain_within(max, Wait::ForEver)
    }

    /// Gets the oldest items that there are, at most `max`.
    ///
    /// # Errors
    ///
    /// [`GetError::Empty`] if there are none; `Busy` as for [`Queue::try_get`]; otherwise as for
    /// [`Queue::drain`].
    pub fn try_drain(&self, max: usize) -> Result<Drain<T>, GetError> {
        self.drain_within(max, Wait::Not)
    }

    /// Gets the oldest items, at most `max`, waiting for the first of them no longer than
    /// `timeout`.
    ///
    /// # Errors
    ///
    /// [`GetError::Empty`] if there was none; otherwise as for [`Queue::drain`].
    pub fn drain_timeout(&self, max: usize, timeout: Duration) -> Result<Drain<T>, GetError> {
        self.drain_within(max, Wait::Until(Deadline::after(timeout)))
    }

    fn drain_within(&self, max: usize, wait: Wait) -> Result<Drain<T>, GetError> {
        if max == 0 {
            return Ok(Drain::new(Vec::new(), 0));
        }
        let (count, records) = self.bytes.drain(max, wait)?;
        Ok(Drain::new(records, count))
    }
}

/// Handles go where they are needed: to other threads as well as to processes forked later.
const _: () = {
    const fn is_send_and_sync<T: Send + Sync>() {}
    is_send_and_sync::<Queue<std::cell::Cell<u8>>>();
};
