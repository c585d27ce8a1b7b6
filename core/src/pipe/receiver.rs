//! The end that receives.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::error::RecvError;
use super::life::Life;
use super::sender::one_look;
use crate::deadline::Deadline;
use crate::enter::Wait;
use crate::item::Item;
use crate::queue::{ByteQueue, GetError, decode};

/// Receives from a pipe; see the [module](super) for when it is gone.
///
/// Cloning gives another handle of the same end.
pub struct Receiver<T> {
    queue: ByteQueue,
    life: Life,
    items: PhantomData<fn() -> T>,
}

// Derived, it would ask for `T: Clone`.
impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        Self::new(self.queue.clone(), self.life.clone())
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("len", &self.queue.len()).finish_non_exhaustive()
    }
}

impl<T> Receiver<T> {
    pub(super) fn new(queue: ByteQueue, life: Life) -> Self {
        Self { queue, life, items: PhantomData }
    }

    /// Receives the next item as bytes, waiting for one.
    ///
    /// # Errors
    ///
    /// [`RecvError`], `Empty` and `Undecodable` excepted.
    pub fn recv_bytes(&self) -> Result<Vec<u8>, RecvError> {
        self.get(Wait::ForEver).map(Item::into_vec)
    }

    /// Waits, no longer than `timeout`, until a receive would not: until there is an item, or the
    /// end of the file. Says whether it has come to that.
    ///
    /// Another process that receives on this end may be faster: then there is no item after all.
    #[must_use]
    pub fn poll(&self, timeout: Duration) -> bool {
        let deadline = Deadline::after(timeout);
        let mut look = Deadline::PAST;
        loop {
            if !self.life.is_open() || self.queue.wait_for_item(look) || self.life.peer_is_gone() {
                return true;
            }
            if deadline.passed() {
                return false;
            }
            look = Deadline::of_next_look(Some(deadline));
        }
    }

    /// Lets go of this end in the calling process, whatever handles it has there: its own receives
    /// are refused from now on, other processes keep theirs.
    pub fn close(&self) {
        self.life.close();
    }

    fn get(&self, wait: Wait) -> Result<Item, RecvError> {
        let mut item = Item::new();
        // Where there is an item, nobody asks the kernel who is there.
        let mut look = if matches!(wait, Wait::Not) { wait } else { Wait::Until(Deadline::PAST) };
        loop {
            if !self.life.is_open() {
                return Err(RecvError::Closed);
            }
            match self.queue.get(&mut item, look) {
                Ok(()) => return Ok(item),
                Err(GetError::Empty) => {}
                Err(error) => return Err(error.into()),
            }
            // Gone first, then drained: invariant 2.
            // LINEARIZES: end of file, at the length.
            if self.life.peer_is_gone() && self.queue.len() == 0 {
                return Err(RecvError::Eof);
            }
            if !wait.goes_on() {
                return Err(RecvError::Empty);
            }
            look = one_look(wait);
        }
    }
}

impl<T: DeserializeOwned> Receiver<T> {
    /// Receives the next item, waiting for one.
    ///
    /// # Errors
    ///
    /// [`RecvError`], `Empty` excepted.
    pub fn recv(&self) -> Result<T, RecvError> {
        Ok(decode(self.get(Wait::ForEver)?.bytes())?)
    }

    /// Receives the next item if there is one. Waits while another process is in the middle of a
    /// receive on this end, which is never long, unless that process is stopped.
    ///
    /// # Errors
    ///
    /// [`RecvError::Empty`] if there is none; otherwise as for [`Receiver::recv`].
    pub fn try_recv(&self) -> Result<T, RecvError> {
        Ok(decode(self.get(Wait::Not)?.bytes())?)
    }

    /// Receives the next item, waiting for one no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// [`RecvError::Empty`] if there was none; otherwise as for [`Receiver::recv`].
    pub fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvError> {
        Ok(decode(self.get(Wait::Until(Deadline::after(timeout)))?.bytes())?)
    }
}
