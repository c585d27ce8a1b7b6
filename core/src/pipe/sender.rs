//! The end that sends.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use serde::Serialize;

use super::error::SendError;
use super::life::Life;
use crate::deadline::Deadline;
use crate::enter::Wait;
use crate::item::Item;
use crate::queue::{ByteQueue, PutError};

/// Sends into a pipe; see the [module](super) for when it is gone.
///
/// Cloning gives another handle of the same end.
pub struct Sender<T> {
    queue: ByteQueue,
    life: Life,
    items: PhantomData<fn(T)>,
}

// Derived, it would ask for `T: Clone`.
impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self::new(self.queue.clone(), self.life.clone())
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("len", &self.queue.len()).finish_non_exhaustive()
    }
}

impl<T> Sender<T> {
    pub(super) fn new(queue: ByteQueue, life: Life) -> Self {
        Self { queue, life, items: PhantomData }
    }

    /// Sends bytes as they are, waiting for room; [`Receiver::recv_bytes`] receives them.
    ///
    /// [`Receiver::recv_bytes`]: super::Receiver::recv_bytes
    ///
    /// # Errors
    ///
    /// [`SendError`], `Full` and `Encode` excepted.
    pub fn send_bytes(&self, item: &[u8]) -> Result<(), SendError> {
        self.put(item, Wait::ForEver)
    }

    /// Lets go of this end in the calling process, whatever handles it has there: its own sends
    /// are refused from now on, other processes keep theirs.
    pub fn close(&self) {
        self.life.close();
    }

    fn put(&self, item: &[u8], wait: Wait) -> Result<(), SendError> {
        loop {
            if !self.life.is_open() {
                return Err(SendError::Closed);
            }
            // Each time anew: the receiver may end while this process waits for room.
            if self.life.peer_is_gone() {
                return Err(SendError::PeerGone);
            }
            match self.queue.put(item, one_look(wait)) {
                Err(PutError::Full) if wait.goes_on() => {}
                put => return put.map_err(SendError::from),
            }
        }
    }
}

/// A wait that ends when it is time to look whether the peer is there.
pub(super) fn one_look(wait: Wait) -> Wait {
    match wait {
        Wait::Not => Wait::Not,
        Wait::Until(deadline) => Wait::Until(Deadline::of_next_look(Some(deadline))),
        Wait::ForEver => Wait::Until(Deadline::of_next_look(None)),
    }
}

impl<T: Serialize> Sender<T> {
    /// Sends an item, waiting for room.
    ///
    /// # Errors
    ///
    /// [`SendError`], `Full` excepted.
    pub fn send(&self, item: &T) -> Result<(), SendError> {
        self.put_value(item, Wait::ForEver)
    }

    /// Sends an item if there is room now. Waits while another process is in the middle of a send
    /// on this end, which is never long, unless that process is stopped.
    ///
    /// # Errors
    ///
    /// [`SendError::Full`] if there is none; otherwise as for [`Sender::send`].
    pub fn try_send(&self, item: &T) -> Result<(), SendError> {
        self.put_value(item, Wait::Not)
    }

    /// Sends an item, waiting for room no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// [`SendError::Full`] if there was none; otherwise as for [`Sender::send`].
    pub fn send_timeout(&self, item: &T, timeout: Duration) -> Result<(), SendError> {
        self.put_value(item, Wait::Until(Deadline::after(timeout)))
    }

    fn put_value(&self, value: &T, wait: Wait) -> Result<(), SendError> {
        let mut item = Item::new();
        item.encode(value).map_err(PutError::from)?;
        self.put(item.bytes(), wait)
    }
}
