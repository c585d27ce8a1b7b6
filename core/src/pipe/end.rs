//! The end that does both.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Receiver, RecvError, SendError, Sender};

/// One of two ends of a [`duplex`](super::duplex) pipe: sends `S`, receives `R`.
///
/// Cloning gives another handle of the same end.
#[derive(Debug)]
pub struct End<S, R> {
    sender: Sender<S>,
    receiver: Receiver<R>,
}

// Derived, it would ask for `S: Clone` and `R: Clone`.
impl<S, R> Clone for End<S, R> {
    fn clone(&self) -> Self {
        Self { sender: self.sender.clone(), receiver: self.receiver.clone() }
    }
}

impl<S, R> End<S, R> {
    pub(super) fn new((sender, receiver): (Sender<S>, Receiver<R>)) -> Self {
        Self { sender, receiver }
    }

    /// Sends bytes as they are, as [`Sender::send_bytes`] does.
    ///
    /// # Errors
    ///
    /// As for [`Sender::send_bytes`].
    pub fn send_bytes(&self, item: &[u8]) -> Result<(), SendError> {
        self.sender.send_bytes(item)
    }

    /// Receives the next item as bytes, as [`Receiver::recv_bytes`] does.
    ///
    /// # Errors
    ///
    /// As for [`Receiver::recv_bytes`].
    pub fn recv_bytes(&self) -> Result<Vec<u8>, RecvError> {
        self.receiver.recv_bytes()
    }

    /// Waits until a receive would not, as [`Receiver::poll`] does.
    #[must_use]
    pub fn poll(&self, timeout: Duration) -> bool {
        self.receiver.poll(timeout)
    }

    /// Lets go of this end in the calling process, whatever handles it has there: its own sends and
    /// receives are refused from now on, other processes keep theirs.
    pub fn close(&self) {
        self.sender.close();
        self.receiver.close();
    }

    /// Takes the two directions apart. The end is gone when both are.
    #[must_use]
    pub fn into_split(self) -> (Sender<S>, Receiver<R>) {
        (self.sender, self.receiver)
    }
}

impl<S: Serialize, R> End<S, R> {
    /// Sends an item, waiting for room.
    ///
    /// # Errors
    ///
    /// As for [`Sender::send`].
    pub fn send(&self, item: &S) -> Result<(), SendError> {
        self.sender.send(item)
    }

    /// Sends an item if there is room now, as [`Sender::try_send`] does.
    ///
    /// # Errors
    ///
    /// As for [`Sender::try_send`].
    pub fn try_send(&self, item: &S) -> Result<(), SendError> {
        self.sender.try_send(item)
    }

    /// Sends an item, waiting for room no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// As for [`Sender::send_timeout`].
    pub fn send_timeout(&self, item: &S, timeout: Duration) -> Result<(), SendError> {
        self.sender.send_timeout(item, timeout)
    }
}

impl<S, R: DeserializeOwned> End<S, R> {
    /// Receives the next item, waiting for one.
    ///
    /// # Errors
    ///
    /// As for [`Receiver::recv`].
    pub fn recv(&self) -> Result<R, RecvError> {
        self.receiver.recv()
    }

    /// Receives the next item if there is one, as [`Receiver::try_recv`] does.
    ///
    /// # Errors
    ///
    /// As for [`Receiver::try_recv`].
    pub fn try_recv(&self) -> Result<R, RecvError> {
        self.receiver.try_recv()
    }

    /// Receives the next item, waiting for one no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// As for [`Receiver::recv_timeout`].
    pub fn recv_timeout(&self, timeout: Duration) -> Result<R, RecvError> {
        self.receiver.recv_timeout(timeout)
    }
}
