//! Queues that unrelated programs find by a name.

use std::marker::PhantomData;

use super::ring::ByteQueue;
use super::typed::{Queue, bytes_for};
use crate::named::{Kind, NameError, Nameable, Named};
use crate::region::{Layout, Parameters, RegionError};

impl<T> Nameable for Queue<T> {
    const KIND: Kind = Kind::Queue;
    const PARAMETERS: usize = 2;

    fn bytes(parameters: Parameters) -> Result<usize, RegionError> {
        let [items, bytes, ..] = parameters;
        ByteQueue::footprint(items as usize, bytes as usize)
    }

    fn lay_out(layout: &mut Layout<'_>, parameters: Parameters) -> Result<Self, RegionError> {
        let [items, bytes, ..] = parameters;
        let bytes = ByteQueue::lay_out(layout, items as usize, bytes as usize)?;
        Ok(Self { bytes, items: PhantomData })
    }
}

impl<T> Queue<T> {
    /// Makes a queue as [`Queue::new`] does, under a name that nothing has.
    ///
    /// If the process dies in here, the name leads to nothing, or to a whole queue without an
    /// owner; never to half of one.
    ///
    /// # Errors
    ///
    /// [`NameError::AlreadyExists`], [`NameError::BadName`]; [`NameError::Region`] for what
    /// [`Queue::new`] refuses; [`NameError::Os`].
    ///
    /// # Examples
    ///
    /// ```
    /// use forkstep::Queue;
    ///
    /// # let name = &format!("doc.queue.{}", std::process::id());
    /// let queue = Queue::<String>::create(name, 3)?;
    /// // In another program:
    /// let same = Queue::<String>::open(name)?;
    /// same.put(&"dumpling".to_owned())?;
    /// assert_eq!(queue.get()?, "dumpling");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn create(name: &str, items: usize) -> Result<Named<Self>, NameError> {
        Self::create_with_capacity(name, items, bytes_for(items))
    }

    /// Makes a queue as [`Queue::with_capacity`] does, under a name that nothing has.
    ///
    /// # Errors
    ///
    /// As for [`Queue::create`].
    pub fn create_with_capacity(
        name: &str,
        items: usize,
        bytes: usize,
    ) -> Result<Named<Self>, NameError> {
        Named::create(name, [items as u64, bytes as u64, 0, 0, 0, 0])
    }

    /// Opens the queue that has this name, for as many items as it was made for; if nothing has the
    /// name, makes a queue for `items`. Of several that do so at once, one makes it.
    ///
    /// # Errors
    ///
    /// Those of [`Queue::create`] and [`Queue::open`], `NotFound` and `AlreadyExists` excepted.
    pub fn open_or_create(name: &str, items: usize) -> Result<Named<Self>, NameError> {
        Named::open_or_create(name, [items as u64, bytes_for(items) as u64, 0, 0, 0, 0])
    }

    /// Opens the queue that has this name. What its items are is not noted there: one that was put
    /// as another type comes back as [`GetError::Undecodable`](crate::GetError::Undecodable), or
    /// as whatever its bytes mean.
    ///
    /// Items that were put by processes that have died are in the queue as all others are.
    ///
    /// # Errors
    ///
    /// [`NameError`], `AlreadyExists` excepted.
    pub fn open(name: &str) -> Result<Named<Self>, NameError> {
        Named::open(name)
    }
}
