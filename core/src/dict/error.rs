//! What can go wrong with reading and writing a dict, or a list.

use std::fmt;

use serde::de::DeserializeOwned;

use super::datum::Datum;
use super::view::Torn;
use crate::enter::EnterError;
use crate::item::{NotEncoded, decode};

/// Why nothing could be read. The dict is as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DictReadError {
    /// The key cannot be encoded; the text is the encoder's.
    Encode(String),
    /// The key or the value is none of this type. It is still in the dict.
    Undecodable {
        /// What was found, as it was written.
        bytes: Vec<u8>,
        /// Why it cannot be decoded, in the decoder's words.
        why: String,
    },
    /// Writers kept moving the table until the time was up; or the lock was asked for because of
    /// that, and was held until then.
    TimedOut,
    /// The lock was asked for because of that, and is refused to this thread, as for
    /// [`DictWriteError::Refused`].
    Refused,
    /// The memory of the dict is corrupt.
    Corrupt,
}

/// Why nothing was written. The dict is as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DictWriteError {
    /// There is no room left for the key and its value; removing others makes some.
    Full,
    /// The key and its value are longer than the dict could ever hold.
    TooLarge {
        /// Their length in bytes, as they would be kept.
        len: usize,
        /// The most that is accepted.
        max: usize,
    },
    /// The key or the value cannot be encoded; the text is the encoder's.
    Encode(String),
    /// The value that is there is none of this type, and the operation asks for it.
    Undecodable {
        /// What was found, as it was written.
        bytes: Vec<u8>,
        /// Why it cannot be decoded, in the decoder's words.
        why: String,
    },
    /// Another process was writing until the time was up.
    TimedOut,
    /// The lock is refused to this thread: it is inside an update of keys that share the lock, or
    /// it holds 2,048 locks already, or the C library keeps robust lists in another way than glibc.
    Refused,
    /// The memory of the dict is corrupt.
    Corrupt,
}

const CORRUPT: &str = "the memory is corrupt";
const REFUSED: &str = "the lock is refused to this thread: it is inside an update already, \
                       or holds too many locks";
const TIMED_OUT: &str = "another process was writing until the time was up";

impl fmt::Display for DictReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encode(why) => write!(f, "the key cannot be encoded: {why}"),
            Self::Undecodable { bytes, why } => {
                write!(f, "{} bytes cannot be decoded: {why}", bytes.len())
            }
            Self::TimedOut => f.write_str(TIMED_OUT),
            Self::Refused => f.write_str(REFUSED),
            Self::Corrupt => f.write_str(CORRUPT),
        }
    }
}

impl fmt::Display for DictWriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str("there is no room left"),
            Self::TooLarge { len, max } => {
                write!(f, "a key and value of {len} bytes; at most {max} are accepted")
            }
            Self::Encode(why) => write!(f, "the key or the value cannot be encoded: {why}"),
            Self::Undecodable { bytes, why } => {
                write!(f, "a value of {} bytes cannot be decoded: {why}", bytes.len())
            }
            Self::TimedOut => f.write_str(TIMED_OUT),
            Self::Refused => f.write_str(REFUSED),
            Self::Corrupt => f.write_str(CORRUPT),
        }
    }
}

impl std::error::Error for DictReadError {}
impl std::error::Error for DictWriteError {}

impl DictReadError {
    /// Decodes what was read.
    #[inline]
    pub(crate) fn decode<T: DeserializeOwned>(datum: &Datum) -> Result<T, Self> {
        let bytes = datum.bytes();
        decode(bytes).map_err(|why| Self::Undecodable { bytes: bytes.to_vec(), why })
    }
}

impl DictWriteError {
    /// Decodes what a writer has found.
    #[inline]
    pub(crate) fn decode<T: DeserializeOwned>(datum: &Datum) -> Result<T, Self> {
        let bytes = datum.bytes();
        decode(bytes).map_err(|why| Self::Undecodable { bytes: bytes.to_vec(), why })
    }
}

impl From<NotEncoded> for DictReadError {
    fn from(NotEncoded(why): NotEncoded) -> Self {
        Self::Encode(why)
    }
}

impl From<NotEncoded> for DictWriteError {
    fn from(NotEncoded(why): NotEncoded) -> Self {
        Self::Encode(why)
    }
}

impl From<Torn> for DictReadError {
    fn from(Torn: Torn) -> Self {
        Self::Corrupt
    }
}

impl From<Torn> for DictWriteError {
    fn from(Torn: Torn) -> Self {
        Self::Corrupt
    }
}

impl From<EnterError> for DictReadError {
    fn from(error: EnterError) -> Self {
        match error {
            EnterError::TimedOut | EnterError::Busy => Self::TimedOut,
            EnterError::Refused => Self::Refused,
            EnterError::Corrupt => Self::Corrupt,
        }
    }
}

impl From<EnterError> for DictWriteError {
    fn from(error: EnterError) -> Self {
        match error {
            EnterError::TimedOut | EnterError::Busy => Self::TimedOut,
            EnterError::Refused => Self::Refused,
            EnterError::Corrupt => Self::Corrupt,
        }
    }
}
