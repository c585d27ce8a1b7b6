//! What can go wrong with putting and getting.

use std::fmt;

use super::wait::NotDone;
use crate::enter::EnterError;
use crate::item::NotEncoded;

const BUSY: &str = "another process has been inside the queue for a second: perhaps it was stopped";
const REFUSED: &str = "the queue's lock is refused to this thread: it holds too many locks";

/// Why an item was not put. Nothing of it is in the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PutError {
    /// There was no room, now or until the time was up; or another process was in the middle of a
    /// put until the time was up.
    Full,
    /// The queue is closed.
    Closed,
    /// The item is longer than the queue could ever hold.
    TooLarge {
        /// Its length in bytes.
        len: usize,
        /// The most that is accepted.
        max: usize,
    },
    /// The item cannot be encoded; the text is the encoder's.
    Encode(String),
    /// The queue's lock is refused to this thread: it holds 2,048 locks already, or the C library
    /// keeps robust lists in another way than glibc.
    Refused,
    /// Another process has been inside for a second, where none stays for long: it was stopped
    /// there, or the memory is corrupt. Said by operations without a time-out that wait for nothing
    /// else.
    Busy,
    /// The memory of the queue is corrupt.
    Corrupt,
}

impl fmt::Display for PutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str("the queue is full"),
            Self::Closed => f.write_str("the queue is closed; no more items are accepted"),
            Self::TooLarge { len, max } => {
                write!(f, "an item of {len} bytes; the queue holds at most {max}")
            }
            Self::Encode(why) => write!(f, "the item cannot be encoded: {why}"),
            Self::Refused => f.write_str(REFUSED),
            Self::Busy => f.write_str(BUSY),
            Self::Corrupt => f.write_str("the memory of the queue is corrupt"),
        }
    }
}

impl std::error::Error for PutError {}

/// Why not all items of a [`Queue::put_many`](crate::Queue::put_many) were put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutManyError {
    /// How many were put: the first ones, in order.
    pub put: usize,
    /// Why the next one was not.
    pub error: PutError,
}

impl fmt::Display for PutManyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} items were put, then: {}", self.put, self.error)
    }
}

impl std::error::Error for PutManyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

/// Why no item was got.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GetError {
    /// There was no item, now or until the time was up; or another process was in the middle of a
    /// get until the time was up.
    Empty,
    /// The queue is closed, and all items have been got.
    Closed,
    /// The item is none of this type. It has been taken from the queue; here are its bytes.
    Undecodable {
        /// The item as it was put.
        bytes: Vec<u8>,
        /// Why it cannot be decoded, in the decoder's words.
        why: String,
    },
    /// The queue's lock is refused to this thread, as for [`PutError::Refused`].
    Refused,
    /// Another process has been inside for a second, where none stays for long: it was stopped
    /// there, or the memory is corrupt. Said by operations without a time-out that wait for nothing
    /// else.
    Busy,
    /// The memory of the queue is corrupt.
    Corrupt,
}

impl fmt::Display for GetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the queue is empty"),
            Self::Closed => f.write_str("the queue is closed and empty"),
            Self::Undecodable { bytes, why } => {
                write!(f, "an item of {} bytes cannot be decoded: {why}", bytes.len())
            }
            Self::Refused => f.write_str(REFUSED),
            Self::Busy => f.write_str(BUSY),
            Self::Corrupt => f.write_str("the memory of the queue is corrupt"),
        }
    }
}

impl std::error::Error for GetError {}

/// What can never come right by waiting for room.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NoPut {
    Closed,
    Corrupt,
}

/// What can never come right by waiting for an item.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NoGet {
    Closed,
    Corrupt,
}

impl<S> From<NotDone<S, NoPut>> for PutError {
    fn from(refused: NotDone<S, NoPut>) -> Self {
        match refused {
            NotDone::Yet(_) | NotDone::Enter(EnterError::TimedOut) => Self::Full,
            NotDone::Ever(NoPut::Closed) => Self::Closed,
            NotDone::Enter(EnterError::Refused) => Self::Refused,
            NotDone::Enter(EnterError::Busy) => Self::Busy,
            NotDone::Ever(NoPut::Corrupt) | NotDone::Enter(EnterError::Corrupt) => Self::Corrupt,
        }
    }
}

impl<S> From<NotDone<S, NoGet>> for GetError {
    fn from(refused: NotDone<S, NoGet>) -> Self {
        match refused {
            NotDone::Yet(_) | NotDone::Enter(EnterError::TimedOut) => Self::Empty,
            NotDone::Ever(NoGet::Closed) => Self::Closed,
            NotDone::Enter(EnterError::Refused) => Self::Refused,
            NotDone::Enter(EnterError::Busy) => Self::Busy,
            NotDone::Ever(NoGet::Corrupt) | NotDone::Enter(EnterError::Corrupt) => Self::Corrupt,
        }
    }
}

impl From<NotEncoded> for PutError {
    fn from(NotEncoded(why): NotEncoded) -> Self {
        Self::Encode(why)
    }
}
