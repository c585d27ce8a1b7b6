//! How long an operation waits, and how it enters a side of the queue.

use crate::deadline::Deadline;
use crate::lock::{AcquireError, AcquireTimeoutError, Guard, Lock};

/// How long a put waits for room, or a get for an item.
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

/// Why a side could not be entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EnterError {
    /// Its lock was held until the deadline.
    TimedOut,
    /// This thread holds too many locks, or none can be robust here.
    Refused,
    /// The lock's memory is corrupt.
    Corrupt,
}

/// A side that was entered.
#[derive(Debug)]
pub(crate) struct Entered<'a> {
    /// Holds the lock of the side.
    pub(crate) guard: Guard<'a>,
    /// Whether the last who was in there died.
    pub(crate) owner_died: bool,
}

/// Enters a side. A caller that does not wait for room or items does wait for the lock: who has it
/// is never long.
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

/// Why something was not done at once.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NotDone<S, E> {
    /// Not with things as they were seen.
    Yet(S),
    /// It cannot be done at all.
    Ever(E),
    /// The side could not be entered.
    Enter(EnterError),
}

/// Does `now` with the side's lock held, and as long as it cannot be done yet and there is time,
/// rests outside of the lock and tries again.
///
/// `rest` says whether it ended by a wake that somebody else could use; if the side cannot be
/// entered after that, it is passed on.
#[inline]
pub(crate) fn attempt<R, S, E>(
    lock: &Lock,
    wait: Wait,
    mut now: impl FnMut(&Entered<'_>) -> Result<R, NotDone<S, E>>,
    rest: impl Fn(S) -> bool,
    pass_on: impl Fn(),
) -> Result<R, NotDone<S, E>> {
    let mut woken = false;
    loop {
        let done = match enter(lock, wait) {
            Ok(entered) => now(&entered),
            Err(error) => {
                if woken {
                    pass_on();
                }
                return Err(NotDone::Enter(error));
            }
        };
        // No lock is held from here on.
        match done {
            Err(NotDone::Yet(seen)) if wait.goes_on() => woken = rest(seen),
            done => return done,
        }
    }
}
