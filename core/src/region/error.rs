//! What can go wrong with a region.

use std::fmt;

/// Why a region could not be made or had no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegionError {
    /// A region of 0 bytes was asked for.
    Empty,
    /// More than an address space can hold was asked for.
    TooLarge {
        /// What was asked for.
        bytes: usize,
        /// What is accepted.
        max: usize,
    },
    /// The machine has less memory to give.
    NoMemory {
        /// What was asked for.
        bytes: usize,
    },
    /// The region has too little room left.
    Full {
        /// The bytes that were needed.
        needed: usize,
        /// The bytes that were left.
        left: usize,
    },
    /// A system call failed.
    Os {
        /// The system call.
        call: &'static str,
        /// Its error number.
        errno: i32,
    },
}

impl fmt::Display for RegionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "a region of 0 bytes was asked for; at least 1 is accepted"),
            Self::TooLarge { bytes, max } => {
                write!(f, "a region of {bytes} bytes was asked for; at most {max} are accepted")
            }
            Self::NoMemory { bytes } => {
                write!(f, "the machine has no {bytes} bytes of memory to give")
            }
            Self::Full { needed, left } => {
                write!(f, "the region is full: {needed} bytes needed, {left} left")
            }
            Self::Os { call, errno } => {
                write!(f, "{call} failed: {}", std::io::Error::from_raw_os_error(*errno))
            }
        }
    }
}

impl std::error::Error for RegionError {}

/// An offset at which no value of its type can lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffsetError {
    pub(super) at: usize,
    pub(super) len: usize,
}

impl fmt::Display for OffsetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, len } = self;
        write!(f, "offset {at} is corrupt: no value of its type lies there in {len} bytes")
    }
}

impl std::error::Error for OffsetError {}
