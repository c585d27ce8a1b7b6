//! What can go wrong with sending and receiving.

use std::fmt;

use crate::queue::{GetError, PutError};

const CLOSED: &str = "this end of the pipe was closed in this process";
const BUSY: &str = "another process has been inside the pipe for a second: perhaps it was stopped";
const REFUSED: &str = "the pipe's lock is refused to this thread: it holds too many locks";
const CORRUPT: &str = "the memory of the pipe is corrupt";

/// Why an item was not sent. Nothing of it is in the pipe.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendError {
    /// No process holds the other end any more, so nobody would ever receive it.
    PeerGone,
    /// This process has closed its end.
    Closed,
    /// There was no room, now or until the time was up; or another process was in the middle of a
    /// send until the time was up.
    Full,
    /// The item is longer than the pipe could ever hold.
    TooLarge {
        /// Its length in bytes.
        len: usize,
        /// The most that is accepted.
        max: usize,
    },
    /// The item cannot be encoded; the text is the encoder's.
    Encode(String),
    /// The pipe's lock is refused to this thread, as for [`PutError::Refused`].
    Refused,
    /// As [`PutError::Busy`].
    Busy,
    /// The memory of the pipe is corrupt.
    Corrupt,
}

impl From<PutError> for SendError {
    fn from(error: PutError) -> Self {
        match error {
            PutError::Full => Self::Full,
            PutError::Closed => Self::Closed,
            PutError::TooLarge { len, max } => Self::TooLarge { len, max },
            PutError::Encode(why) => Self::Encode(why),
            PutError::Refused => Self::Refused,
            PutError::Busy => Self::Busy,
            PutError::Corrupt => Self::Corrupt,
        }
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PeerGone => f.write_str("no process holds the other end of the pipe any more"),
            Self::Closed => f.write_str(CLOSED),
            Self::Full => f.write_str("the pipe is full"),
            Self::TooLarge { len, max } => {
                write!(f, "an item of {len} bytes; the pipe holds at most {max}")
            }
            Self::Encode(why) => write!(f, "the item cannot be encoded: {why}"),
            Self::Refused => f.write_str(REFUSED),
            Self::Busy => f.write_str(BUSY),
            Self::Corrupt => f.write_str(CORRUPT),
        }
    }
}

impl std::error::Error for SendError {}

/// Why no item was received.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecvError {
    /// End of file: no process holds the other end any more, and all that was sent has been
    /// received.
    Eof,
    /// This process has closed its end.
    Closed,
    /// There was no item, now or until the time was up; or another process was in the middle of a
    /// receive until the time was up.
    Empty,
    /// The item is none of this type. It has been taken from the pipe; here are its bytes.
    Undecodable {
        /// The item as it was sent.
        bytes: Vec<u8>,
        /// Why it cannot be decoded, in the decoder's words.
        why: String,
    },
    /// The pipe's lock is refused to this thread, as for [`PutError::Refused`].
    Refused,
    /// As [`GetError::Busy`].
    Busy,
    /// The memory of the pipe is corrupt.
    Corrupt,
}

impl From<GetError> for RecvError {
    fn from(error: GetError) -> Self {
        match error {
            GetError::Empty => Self::Empty,
            // Only an end that is gone closes its queue: invariant 3.
            GetError::Closed => Self::Eof,
            GetError::Undecodable { bytes, why } => Self::Undecodable { bytes, why },
            GetError::Refused => Self::Refused,
            GetError::Busy => Self::Busy,
            GetError::Corrupt => Self::Corrupt,
        }
    }
}

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Eof => f.write_str("end of file: the other end of the pipe is gone"),
            Self::Closed => f.write_str(CLOSED),
            Self::Empty => f.write_str("the pipe is empty"),
            Self::Undecodable { bytes, why } => {
                write!(f, "an item of {} bytes cannot be decoded: {why}", bytes.len())
            }
            Self::Refused => f.write_str(REFUSED),
            Self::Busy => f.write_str(BUSY),
            Self::Corrupt => f.write_str(CORRUPT),
        }
    }
}

impl std::error::Error for RecvError {}
