//! Entering what a lock guards, for primitives that need no repair or do it themselves.

use std::time::Duration;

use crate::deadline::Deadline;
use crate::lock::{AcquireError, AcquireTimeoutError, Guard, Lock};

/// How long an operation waits for a lock that waits for nothing else.
///
/// Who is inside is there for microseconds: nobody waits, calls foreign code or asks for memory
/// there, but for an update of a dict. One that was stopped in there stays, and so does an owner
/// that does not exist, in memory that somebody has spoilt. So the caller is told, and decides. It
/// is long enough that a machine with too much to do does not look like either.
pub(crate) const LONGEST_STAY: Duration = Duration::from_secs(1);

/// How long an operation waits.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wait {
    /// Not at all; for the lock, as long as anybody should be inside: [`LONGEST_STAY`].
    Not,
    /// Until then.
    Until(Deadline),
    /// As long as it takes.
    ForEver,
}

impl Wait {
    /// No longer than `timeout`, if there is one.
    #[inline]
    pub(crate) fn within(timeout: Option<Duration>) -> Self {
        timeout.map_or(Self::ForEver, |timeout| Self::Until(Deadline::after(timeout)))
    }

    #[inline]
    pub(crate) fn deadline(self) -> Option<Deadline> {
        match self {
            Self::Until(deadline) => Some(deadline),
            Self::Not | Self::ForEver => None,
        }
    }

    pub(crate) fn goes_on(self) -> bool {
        match self {
            Self::Not => false,
            Self::Until(deadline) => !deadline.passed(),
            Self::ForEver => true,
        }
    }
}

/// Why something could not be entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EnterError {
    /// Its lock was held until the deadline.
    TimedOut,
    /// Its lock was held for longer than anybody stays inside.
    Busy,
    /// This thread holds too many locks, or none can be robust here.
    Refused,
    /// The lock's memory is corrupt.
    Corrupt,
}

/// Something that was entered.
#[derive(Debug)]
pub(crate) struct Entered<'a> {
    /// Holds the lock.
    pub(crate) guard: Guard<'a>,
    /// Whether the last who was in there died.
    pub(crate) owner_died: bool,
}

/// Enters what the lock guards. A caller that does not wait for anything else does wait for the
/// lock, but not for ever: [`LONGEST_STAY`].
///
/// An owner that panicked left nothing behind that is not in order: it had only written what nobody
/// sees before it is committed.
#[inline]
pub(crate) fn enter(lock: &Lock, wait: Wait) -> Result<Entered<'_>, EnterError> {
    let (entered, late) = match wait {
        Wait::ForEver => (lock.acquire().map_err(AcquireTimeoutError::Acquire), EnterError::Busy),
        Wait::Until(deadline) => (lock.acquire_until(deadline), EnterError::TimedOut),
        Wait::Not => (lock.acquire_timeout(LONGEST_STAY), EnterError::Busy),
    };
    match entered {
        Ok(guard) => Ok(Entered { guard, owner_died: false }),
        Err(AcquireTimeoutError::TimedOut) => Err(late),
        Err(AcquireTimeoutError::Acquire(error)) => after_failure(error),
    }
}

#[cold]
fn after_failure(error: AcquireError<'_>) -> Result<Entered<'_>, EnterError> {
    match error {
        AcquireError::OwnerDied(guard) => {
            Ok(Entered { guard: guard.mark_consistent(), owner_died: true })
        }
        AcquireError::Poisoned(guard) => {
            guard.clear_poison();
            Ok(Entered { guard, owner_died: false })
        }
        AcquireError::NotRecoverable | AcquireError::Corrupt => Err(EnterError::Corrupt),
        _ => Err(EnterError::Refused),
    }
}
