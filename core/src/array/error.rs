//! What can go wrong with an element.

use std::fmt;

use crate::value::{LockError, NotHeld};

/// There is no such element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfBounds {
    /// What was asked for; of several elements, the last.
    pub index: usize,
    /// How many elements there are.
    pub len: usize,
}

impl fmt::Display for OutOfBounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { index, len } = self;
        write!(f, "there is no element {index}; 0 to {} are accepted", len.saturating_sub(1))
    }
}

impl std::error::Error for OutOfBounds {}

/// Why elements were not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArrayError {
    /// There is no such element.
    OutOfBounds(OutOfBounds),
    /// The lock was not given.
    Lock(LockError),
}

impl fmt::Display for ArrayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfBounds(error) => error.fmt(f),
            Self::Lock(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ArrayError {}

impl From<OutOfBounds> for ArrayError {
    fn from(error: OutOfBounds) -> Self {
        Self::OutOfBounds(error)
    }
}

impl From<LockError> for ArrayError {
    fn from(error: LockError) -> Self {
        Self::Lock(error)
    }
}

/// Why elements were not written through a guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuardError {
    /// There is no such element.
    OutOfBounds(OutOfBounds),
    /// The guard is a copy that a fork made: the lock belongs to the parent.
    NotHeld,
}

impl fmt::Display for GuardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfBounds(error) => error.fmt(f),
            Self::NotHeld => NotHeld.fmt(f),
        }
    }
}

impl std::error::Error for GuardError {}

impl From<OutOfBounds> for GuardError {
    fn from(error: OutOfBounds) -> Self {
        Self::OutOfBounds(error)
    }
}

impl From<NotHeld> for GuardError {
    fn from(_: NotHeld) -> Self {
        Self::NotHeld
    }
}
