//! What can go wrong with writing.

use std::fmt;

/// Why the lock was not given, and so nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LockError {
    /// The calling thread holds the lock already: write through its guard.
    WouldDeadlock,
    /// The calling thread holds 2,048 robust locks, as many as the kernel would clean up.
    TooManyLocks,
    /// The lock's memory is corrupt.
    Corrupt,
    /// This C library keeps robust lists in another way than glibc.
    Unsupported,
}

impl fmt::Display for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WouldDeadlock => "this thread holds the lock already; write through its guard",
            Self::TooManyLocks => "this thread holds 2048 robust locks; no more are possible",
            Self::Corrupt => "the memory of the lock is corrupt",
            Self::Unsupported => "this C library's robust list is not laid out as glibc's",
        })
    }
}

impl std::error::Error for LockError {}

/// Why the lock was not given in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockTimeoutError {
    /// Another held the lock for all of the time given.
    TimedOut,
    /// As for a wait without a time limit.
    Lock(LockError),
}

impl fmt::Display for LockTimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut => f.write_str("somebody else held the lock until the time was up"),
            Self::Lock(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for LockTimeoutError {}

impl From<LockError> for LockTimeoutError {
    fn from(error: LockError) -> Self {
        Self::Lock(error)
    }
}

/// Why the lock was not given at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryLockError {
    /// Another holds the lock.
    WouldBlock,
    /// As for a wait.
    Lock(LockError),
}

impl fmt::Display for TryLockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WouldBlock => f.write_str("somebody else holds the lock"),
            Self::Lock(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for TryLockError {}

impl From<LockError> for TryLockError {
    fn from(error: LockError) -> Self {
        Self::Lock(error)
    }
}

/// The guard is a copy that a fork made: the lock belongs to the parent, and nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotHeld;

impl fmt::Display for NotHeld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the guard belongs to the process that this one was forked from")
    }
}

impl std::error::Error for NotHeld {}
