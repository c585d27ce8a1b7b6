//! What can go wrong with acquiring.

use std::fmt;

use super::guard::{Guard, OwnerDiedGuard};

/// How [`Lock::acquire`](super::Lock::acquire) ended, if not simply.
#[derive(Debug)]
#[non_exhaustive]
pub enum AcquireError<'a> {
    /// The lock is held now, but its last owner died while holding it.
    OwnerDied(OwnerDiedGuard<'a>),
    /// The lock is held now, but an owner panicked while holding it, and nobody cleared that.
    Poisoned(Guard<'a>),
    /// An owner died and nobody marked the lock consistent: it can never be acquired again.
    NotRecoverable,
    /// The calling thread holds the lock already.
    WouldDeadlock,
    /// The calling thread holds 2,048 robust locks, as many as the kernel would clean up.
    TooManyLocks,
    /// The lock's memory contradicts what the calling thread wrote there.
    Corrupt,
    /// This C library keeps robust lists in another way than glibc.
    Unsupported,
}

impl fmt::Display for AcquireError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OwnerDied(guard) => {
                return match guard.dead_owner() {
                    Some(dead) => write!(f, "the lock's owner ({dead}) died while holding it"),
                    None => f.write_str("the lock's owner died while holding it"),
                };
            }
            Self::Poisoned(_) => "an owner of the lock panicked while holding it",
            Self::NotRecoverable => {
                "the lock is not recoverable: its owner died and nobody marked it consistent"
            }
            Self::WouldDeadlock => "this thread holds the lock already; waiting would never end",
            Self::TooManyLocks => "this thread holds 2048 robust locks; no more are possible",
            Self::Corrupt => "the memory of the lock is corrupt",
            Self::Unsupported => "this C library's robust list is not laid out as glibc's",
        })
    }
}

impl std::error::Error for AcquireError<'_> {}

/// How [`Lock::try_acquire`](super::Lock::try_acquire) ended, if not simply.
#[derive(Debug)]
pub enum TryAcquireError<'a> {
    /// Somebody else holds the lock.
    WouldBlock,
    /// As for `acquire`.
    Acquire(AcquireError<'a>),
}

impl fmt::Display for TryAcquireError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WouldBlock => f.write_str("somebody else holds the lock"),
            Self::Acquire(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for TryAcquireError<'_> {}

impl<'a> From<AcquireError<'a>> for TryAcquireError<'a> {
    fn from(error: AcquireError<'a>) -> Self {
        Self::Acquire(error)
    }
}

/// How [`Lock::acquire_timeout`](super::Lock::acquire_timeout) ended, if not simply.
#[derive(Debug)]
pub enum AcquireTimeoutError<'a> {
    /// Somebody else held the lock for all of the time given.
    TimedOut,
    /// As for `acquire`.
    Acquire(AcquireError<'a>),
}

impl<'a> AcquireTimeoutError<'a> {
    /// For a wait that had no time limit and so cannot have run out of time.
    #[inline]
    pub(super) fn without_limit(self) -> AcquireError<'a> {
        match self {
            Self::Acquire(error) => error,
            Self::TimedOut => unreachable!("only a wait with a deadline times out"),
        }
    }
}

impl fmt::Display for AcquireTimeoutError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut => f.write_str("somebody else held the lock until the time was up"),
            Self::Acquire(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for AcquireTimeoutError<'_> {}

impl<'a> From<AcquireError<'a>> for AcquireTimeoutError<'a> {
    fn from(error: AcquireError<'a>) -> Self {
        Self::Acquire(error)
    }
}
