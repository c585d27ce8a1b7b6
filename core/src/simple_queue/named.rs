//! Simple queues that unrelated programs find by a name.

use super::SimpleQueue;
use crate::named::{Kind, NameError, Nameable, Named};
use crate::queue::{ByteQueue, Queue, QueueSight};
use crate::region::{Layout, Parameters, RegionError};

/// The parameters of the queue beneath.
fn beneath(parameters: Parameters) -> Parameters {
    let [bytes, ..] = parameters;
    [ByteQueue::MAX_ITEMS as u64, bytes, 0, 0, 0, 0]
}

impl<T> Nameable for SimpleQueue<T> {
    const KIND: Kind = Kind::SimpleQueue;
    const PARAMETERS: usize = 1;

    fn bytes(parameters: Parameters) -> Result<usize, RegionError> {
        <Queue<T> as Nameable>::bytes(beneath(parameters))
    }

    fn lay_out(layout: &mut Layout<'_>, parameters: Parameters) -> Result<Self, RegionError> {
        Ok(Self { queue: <Queue<T> as Nameable>::lay_out(layout, beneath(parameters))? })
    }
}

impl<T> SimpleQueue<T> {
    /// Looks at the queue without touching it.
    pub(crate) fn sight(&self) -> QueueSight {
        self.queue.sight()
    }

    /// Makes a queue as [`SimpleQueue::new`] does, under a name that nothing has; see
    /// [`Queue::create`].
    ///
    /// # Errors
    ///
    /// As for [`Queue::create`].
    pub fn create(name: &str, bytes: usize) -> Result<Named<Self>, NameError> {
        Named::create(name, [bytes as u64, 0, 0, 0, 0, 0])
    }

    /// Opens the queue that has this name, or makes one; see [`Queue::open_or_create`].
    ///
    /// # Errors
    ///
    /// As for [`Queue::open_or_create`].
    pub fn open_or_create(name: &str, bytes: usize) -> Result<Named<Self>, NameError> {
        Named::open_or_create(name, [bytes as u64, 0, 0, 0, 0, 0])
    }

    /// Opens the queue that has this name; see [`Queue::open`].
    ///
    /// # Errors
    ///
    /// [`NameError`], `AlreadyExists` excepted.
    pub fn open(name: &str) -> Result<Named<Self>, NameError> {
        Named::open(name)
    }
}
