//! Taking the lock of what no death and no panic leaves half done.

use super::error::{LockError, LockTimeoutError, NotHeld, TryLockError};
use crate::deadline::Deadline;
use crate::lock::{AcquireError, AcquireTimeoutError, Guard, Lock, TryAcquireError};
use crate::record::footprint;
use crate::region::RegionError;

/// Holds the lock until it is dropped.
#[derive(Debug)]
pub(crate) struct Owned<'a>(Guard<'a>);

impl Owned<'_> {
    /// Makes sure that the calling thread has the lock by this: a fork may have copied it.
    #[inline]
    pub(crate) fn check(&self) -> Result<(), NotHeld> {
        if self.0.holds() { Ok(()) } else { Err(NotHeld) }
    }
}

/// How many bytes of a region a lock and `len` values of `size` bytes take.
pub(crate) fn bytes(size: usize, len: usize) -> Result<usize, RegionError> {
    let all = footprint(size, len).and_then(|bytes| bytes.checked_add(Lock::FOOTPRINT));
    match all {
        _ if len == 0 => Err(RegionError::Empty),
        Some(bytes) => Ok(bytes),
        None => Err(RegionError::TooLarge { bytes: usize::MAX, max: crate::region::Region::MAX }),
    }
}

/// Takes the lock, waiting for whoever has it.
#[inline]
pub(crate) fn enter(lock: &Lock) -> Result<Owned<'_>, LockError> {
    match lock.acquire() {
        Ok(guard) => Ok(Owned(guard)),
        Err(error) => after_failure(error),
    }
}

pub(crate) fn enter_until(lock: &Lock, deadline: Deadline) -> Result<Owned<'_>, LockTimeoutError> {
    match lock.acquire_until(deadline) {
        Ok(guard) => Ok(Owned(guard)),
        Err(AcquireTimeoutError::TimedOut) => Err(LockTimeoutError::TimedOut),
        Err(AcquireTimeoutError::Acquire(error)) => Ok(after_failure(error)?),
    }
}

pub(crate) fn try_enter(lock: &Lock) -> Result<Owned<'_>, TryLockError> {
    match lock.try_acquire() {
        Ok(guard) => Ok(Owned(guard)),
        Err(TryAcquireError::WouldBlock) => Err(TryLockError::WouldBlock),
        Err(TryAcquireError::Acquire(error)) => Ok(after_failure(error)?),
    }
}

/// An owner that died or panicked is no failure: it left the old value or the new one.
#[cold]
fn after_failure(error: AcquireError<'_>) -> Result<Owned<'_>, LockError> {
    match error {
        AcquireError::OwnerDied(guard) => Ok(Owned(guard.mark_consistent())),
        AcquireError::Poisoned(guard) => {
            // Else everybody after this would come here again.
            guard.clear_poison();
            Ok(Owned(guard))
        }
        AcquireError::WouldDeadlock => Err(LockError::WouldDeadlock),
        AcquireError::TooManyLocks => Err(LockError::TooManyLocks),
        AcquireError::Unsupported => Err(LockError::Unsupported),
        AcquireError::NotRecoverable | AcquireError::Corrupt => Err(LockError::Corrupt),
    }
}
