//! The queue of tasks that are values.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::JoinError;
use super::lease::Lease;
use super::tasks::{Size, Tasks};
use super::unfinished::{DeadLetter, Joined, Unfinished};
use crate::deadline::Deadline;
use crate::enter::Wait;
use crate::item::Item;
use crate::queue::{GetError, PutError, decode};
use crate::region::RegionError;

/// A bounded queue of tasks between processes, which knows when all of them are done.
///
/// [`get`](Self::get) lends a task out. The consumer says [`Lease::task_done`]; if it drops the
/// lease or dies, in whatever way, another consumer gets the task, before all that were put later.
/// A task that was delivered as often as allowed and never done becomes a dead letter.
/// [`join`](Self::join) waits until every task is done or a dead letter.
///
/// So a task is done once, or is begun again after a death: a consumer that died just before it
/// said `task_done` may have done the work. When `put` returns, the task is in the queue and stays
/// there, whatever happens to the process.
///
/// That a consumer died is learnt from the kernel, never guessed from time. Others look for its
/// tasks when they have nothing else to do, at the latest after one [`BACKSTOP`](crate::BACKSTOP),
/// and else at one slot in passing at each get.
///
/// Cloning gives another handle on the same queue; processes forked later share it.
///
/// # Examples
///
/// ```
/// use forkstep::{JoinableQueue, Process};
///
/// let queue = JoinableQueue::<String>::new(3)?;
/// let eater = Process::builder().daemon(true).start(|| {
///     while let Ok(dish) = queue.get() {
///         assert_eq!(*dish, "dumpling");
///         dish.task_done().expect("it is ours");
///     }
/// })?;
/// for _ in 0..5 {
///     queue.put(&"dumpling".to_owned())?;
/// }
/// assert_eq!(queue.join()?.tasks, 5);
/// queue.close()?;
/// eater.join()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct JoinableQueue<T> {
    pub(super) tasks: Arc<Tasks>,
    pub(super) items: PhantomData<fn(T) -> T>,
}

// Derived, it would ask for `T: Clone`.
impl<T> Clone for JoinableQueue<T> {
    fn clone(&self) -> Self {
        Self { tasks: Arc::clone(&self.tasks), items: PhantomData }
    }
}

impl<T> fmt::Debug for JoinableQueue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (len, capacity) = (self.len(), self.capacity());
        f.debug_struct("JoinableQueue").field("len", &len).field("capacity", &capacity).finish()
    }
}

/// Says what a [`JoinableQueue`] is made for.
#[derive(Clone, Debug)]
pub struct Builder<T> {
    pub(super) size: Size,
    items: PhantomData<fn(T) -> T>,
}

impl<T> Builder<T> {
    /// How many bytes a task may have when it is encoded: 256 where nothing is said. Each slot has
    /// that much room.
    #[must_use]
    pub fn task_bytes(mut self, bytes: usize) -> Self {
        self.size.task_bytes = bytes;
        self
    }

    /// How many tasks may be held by consumers, or be dead letters, while the queue is full: 64
    /// where nothing is said. With more of them, puts wait although fewer tasks are queued than the
    /// queue was made for.
    #[must_use]
    pub fn leases(mut self, leases: usize) -> Self {
        self.size.leases = leases;
        self
    }

    /// How often a task is delivered before it becomes a dead letter: 5 times where nothing is
    /// said; 0 is taken for 1.
    #[must_use]
    pub fn max_deliveries(mut self, deliveries: u32) -> Self {
        self.size.max_deliveries = deliveries.max(1);
        self
    }

    /// Makes the queue.
    ///
    /// # Errors
    ///
    /// [`RegionError::Empty`] for 0 items, bytes or leases; [`RegionError::TooLarge`] for more than
    /// 2^24 items and leases together; otherwise those of
    /// [`Region::anonymous`](crate::Region::anonymous).
    pub fn build(self) -> Result<JoinableQueue<T>, RegionError> {
        Ok(JoinableQueue { tasks: Arc::new(Tasks::new(self.size)?), items: PhantomData })
    }
}

impl<T> JoinableQueue<T> {
    /// Makes a queue for at most `items` queued tasks, with what [`builder`](Self::builder) sets
    /// where nothing is said.
    ///
    /// # Errors
    ///
    /// Those of [`Builder::build`].
    pub fn new(items: usize) -> Result<Self, RegionError> {
        Self::builder(items).build()
    }

    /// Begins a queue for at most `items` queued tasks.
    #[must_use]
    pub fn builder(items: usize) -> Builder<T> {
        let size = Size { items, leases: 64, task_bytes: 256, max_deliveries: 5 };
        Builder { size, items: PhantomData }
    }

    /// Waits until every task that was put is done or a dead letter.
    ///
    /// Tasks of consumers that died count as not done until others have done them. While there is
    /// no consumer, this waits; [`join_timeout`](Self::join_timeout) and
    /// [`unfinished`](Self::unfinished) say for what.
    ///
    /// # Errors
    ///
    /// [`JoinError::Refused`] or [`JoinError::Corrupt`].
    pub fn join(&self) -> Result<Joined, JoinError> {
        self.tasks.join(Wait::ForEver)
    }

    /// Waits as [`join`](Self::join), no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// [`JoinError::TimedOut`], which says who holds what; otherwise as for `join`.
    pub fn join_timeout(&self, timeout: Duration) -> Result<Joined, JoinError> {
        self.tasks.join(Wait::Until(Deadline::after(timeout)))
    }

    /// Says who holds what, about now: others go on meanwhile, and nobody is waited for. Once
    /// everything is at rest it is exact.
    #[must_use]
    pub fn unfinished(&self) -> Unfinished {
        self.tasks.unfinished()
    }

    /// Takes the oldest dead letter, if there is one; from then on its slot is free.
    ///
    /// If the process dies in here, the dead letter may be gone with it.
    ///
    /// # Errors
    ///
    /// [`GetError::Refused`]; [`GetError::Busy`] if another process was stopped in the middle of a
    /// get; [`GetError::Corrupt`].
    pub fn take_dead_letter(&self) -> Result<Option<DeadLetter>, GetError> {
        self.tasks.take_dead_letter()
    }

    /// Closes the queue: puts fail from now on; gets say `Closed` when no task is left that could
    /// still come back from another consumer.
    ///
    /// # Errors
    ///
    /// [`PutError::Refused`]; [`PutError::Busy`] if another process was stopped in the middle of a
    /// put; [`PutError::Corrupt`].
    pub fn close(&self) -> Result<(), PutError> {
        self.tasks.close()
    }

    /// Whether the queue is closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.tasks.tail.look().is_closed()
    }

    /// How many tasks wait for their first consumer, at one moment during the call.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tasks.len()
    }

    /// Whether no task waits for its first consumer.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether as many tasks are queued as the queue was made for.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.len() == self.capacity()
    }

    /// How many queued tasks the queue was made for.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.tasks.size().items
    }
}

impl<T: Serialize> JoinableQueue<T> {
    /// Puts a task, waiting for room.
    ///
    /// # Errors
    ///
    /// [`PutError`], `Full` excepted.
    pub fn put(&self, task: &T) -> Result<(), PutError> {
        self.put_within(task, Wait::ForEver)
    }

    /// Puts a task if there is room now. Waits while another process is in the middle of a put,
    /// which is never long, unless that process is stopped.
    ///
    /// # Errors
    ///
    /// [`PutError::Full`] if there is none; `Busy` if another process was stopped in the middle of
    /// a put; otherwise as for [`put`](Self::put).
    pub fn try_put(&self, task: &T) -> Result<(), PutError> {
        self.put_within(task, Wait::Not)
    }

    /// Puts a task, waiting for room no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// [`PutError::Full`] if there was none; otherwise as for [`put`](Self::put).
    pub fn put_timeout(&self, task: &T, timeout: Duration) -> Result<(), PutError> {
        self.put_within(task, Wait::Until(Deadline::after(timeout)))
    }

    fn put_within(&self, task: &T, wait: Wait) -> Result<(), PutError> {
        let mut item = Item::new();
        item.encode(task)?;
        self.tasks.put(item.bytes(), wait)
    }
}

impl<T: DeserializeOwned> JoinableQueue<T> {
    /// Gets the task that was put first, of those that nobody holds; waits for one.
    ///
    /// # Errors
    ///
    /// [`GetError`], `Empty` excepted. A task that cannot be decoded becomes a dead letter at once.
    /// `Refused` also if this thread holds as many tasks as it may: about 2,000.
    pub fn get(&self) -> Result<Lease<'_, T>, GetError> {
        self.get_within(Wait::ForEver)
    }

    /// Gets a task if there is one. Waits while another process is in the middle of a get, which is
    /// never long, unless that process is stopped.
    ///
    /// # Errors
    ///
    /// [`GetError::Empty`] if there is none; `Busy` if another process was stopped in the middle of
    /// a get; otherwise as for [`get`](Self::get).
    pub fn try_get(&self) -> Result<Lease<'_, T>, GetError> {
        self.get_within(Wait::Not)
    }

    /// Gets a task, waiting for one no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// [`GetError::Empty`] if there was none; otherwise as for [`get`](Self::get).
    pub fn get_timeout(&self, timeout: Duration) -> Result<Lease<'_, T>, GetError> {
        self.get_within(Wait::Until(Deadline::after(timeout)))
    }

    fn get_within(&self, wait: Wait) -> Result<Lease<'_, T>, GetError> {
        let taken = self.tasks.get(wait)?;
        let number = self.tasks.labels[taken.slot].number();
        let mut bytes = Item::new();
        let read = self.tasks.read(taken.slot, &mut bytes);
        match read.and_then(|()| decode(bytes.bytes())) {
            Ok(task) => Ok(Lease::new(&self.tasks, taken, number, task)),
            Err(error) => {
                self.tasks.reject(taken, wait);
                Err(error)
            }
        }
    }
}

/// As for the plain queue; leases stay with their thread.
const _: () = {
    const fn is_send_and_sync<T: Send + Sync>() {}
    is_send_and_sync::<JoinableQueue<std::cell::Cell<u8>>>();
};
