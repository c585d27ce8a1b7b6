//! What can go wrong with names.

use std::fmt;

use super::kind::Kind;
use super::name::LONGEST;
use crate::region::RegionError;
use crate::sys::FileError;

/// Why nothing was made, opened or found under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameError {
    /// This is no name.
    BadName {
        /// What was given.
        name: String,
    },
    /// Nothing has this name.
    NotFound {
        /// The name.
        name: String,
    },
    /// Something has this name already.
    AlreadyExists {
        /// The name.
        name: String,
    },
    /// What has this name is no region of forkstep.
    NotARegion {
        /// The name.
        name: String,
    },
    /// The region was made by a forkstep whose regions are laid out in another way.
    OtherVersion {
        /// The version of its layout.
        found: u64,
        /// The version that this forkstep reads.
        expected: u64,
    },
    /// The region holds something else.
    OtherKind {
        /// What it holds.
        found: Kind,
        /// What was to be opened.
        expected: Kind,
    },
    /// The region holds something that this forkstep does not know.
    UnknownKind {
        /// Its number.
        number: u64,
    },
    /// The region says of itself what no region of its kind can say: its header is corrupt.
    OtherLayout {
        /// What it holds.
        kind: Kind,
        /// What it says that this was made for.
        parameters: [u64; 6],
    },
    /// The region holds values of another type.
    OtherSize {
        /// How many bytes one of its values has.
        found: u64,
        /// How many were expected.
        expected: u64,
    },
    /// The region's file is longer or shorter than what it holds.
    WrongSize {
        /// Its length in bytes, or the length that its header gives.
        found: u64,
        /// The length that what it holds needs.
        expected: u64,
    },
    /// There is no memory for it, or what was asked for cannot be had.
    Region(RegionError),
    /// A system call failed.
    Os {
        /// The system call.
        call: &'static str,
        /// Its error number.
        errno: i32,
    },
}

impl NameError {
    /// What `error` means where it was about this name.
    pub(super) fn of(error: FileError, name: &str) -> Self {
        let name = name.to_owned();
        match error {
            FileError::Exists => Self::AlreadyExists { name },
            FileError::Missing => Self::NotFound { name },
            FileError::NotAFile => Self::NotARegion { name },
            FileError::Os { call, errno } => Self::Os { call, errno },
        }
    }
}

impl From<RegionError> for NameError {
    fn from(error: RegionError) -> Self {
        Self::Region(error)
    }
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadName { name } => write!(
                f,
                "{name:?} is no name; accepted are 1 to {LONGEST} of the characters A-Z, a-z, 0-9, \
                 '.', '_' and '-', the first of them not '.' or '-'"
            ),
            Self::NotFound { name } => write!(f, "nothing has the name '{name}'"),
            Self::AlreadyExists { name } => write!(f, "something has the name '{name}' already"),
            Self::NotARegion { name } => write!(f, "what has the name '{name}' is no region"),
            Self::OtherVersion { found, expected } => write!(
                f,
                "the region is laid out in version {found}; this forkstep reads version {expected}"
            ),
            Self::OtherKind { found, expected } => {
                write!(f, "the region holds a {found} and not a {expected}")
            }
            Self::UnknownKind { number } => {
                write!(f, "the region holds something unknown, of kind {number}")
            }
            Self::OtherLayout { kind, parameters } => write!(
                f,
                "the region is corrupt: it says that it holds a {kind} with {parameters:?}, which \
                 no {kind} has"
            ),
            Self::OtherSize { found, expected } => {
                write!(f, "the region holds values of {found} bytes and not of {expected}")
            }
            Self::WrongSize { found, expected } => {
                write!(f, "the region is corrupt: it has {found} bytes instead of {expected}")
            }
            Self::Region(error) => error.fmt(f),
            Self::Os { call, errno } => {
                write!(f, "{call} failed: {}", std::io::Error::from_raw_os_error(*errno))
            }
        }
    }
}

impl std::error::Error for NameError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Region(error) => Some(error),
            _ => None,
        }
    }
}
