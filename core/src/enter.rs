//! Entering what a lock guards, for primitives that need no repair or do it themselves.

use std::time::Duration;

use crate::deadline::Deadline;
use crate::lock::{AcquireError, AcquireTimeoutError, Guard, Lock};

/// How long an operation waits.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wait {
    /// Not at all.
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
/// lock: who has it is never long.
///
/// An owner that panicked left nothing behind that is not in order: it had only written what nobody
/// sees before it is committed.
#[inline]
pub(crate) fn enter(lock: &Lock, wait: Wait) -> Result<Entered<'_>, EnterError> {
    let entered = match wait.deadline() {
        None => lock.acquire(),
        Some(deadline) => match lock.acquire_until(deadline) {
            Err(AcquireTimeoutError::TimedOut) => return Err(EnterError::TimedOut),
            Err(AcquireTimeoutError::Acquire(error)) => Err(error),
            Ok(guard) => Ok(guard),
        },
    };
    match entered {
        Ok(guard) => Ok(Entered { guard, owner_died: false }),
        Err(error) => after_failure(error),
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
