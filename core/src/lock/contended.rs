//! Acquiring a lock that was not simply free.

use super::error::{AcquireError, AcquireTimeoutError, TryAcquireError};
use super::guard::Guard;
use super::word::Snapshot;
use super::{Lock, thread};
use crate::deadline::{Deadline, next_look};
use crate::sys::{SPIN_LOOKS, WaitOutcome, spin};

impl Lock {
    /// Takes the word if nobody has it; returns how it was found.
    pub(super) fn try_take(&self, me: thread::Current) -> Result<Snapshot, TryAcquireError<'_>> {
        let word = &self.state().word;
        let mut seen = Snapshot::FREE;
        loop {
            match word.take(seen, me.tid()) {
                Ok(()) => return Ok(seen),
                Err(found) => seen = found,
            }
            self.refuse(me, seen)?;
            if !seen.is_takeable() {
                return Err(TryAcquireError::WouldBlock);
            }
        }
    }

    /// Spins a little, then sleeps between looks, until the lock is taken or the deadline passed.
    #[cold]
    pub(super) fn acquire_contended(
        &self,
        me: thread::Current,
        deadline: Option<Deadline>,
    ) -> Result<Guard<'_>, AcquireTimeoutError<'_>> {
        match self.take_contended(me, deadline) {
            Ok(found) => Ok(self.entered(me, found)?),
            Err(error) => {
                me.end();
                Err(error)
            }
        }
    }

    fn take_contended(
        &self,
        me: thread::Current,
        deadline: Option<Deadline>,
    ) -> Result<Snapshot, AcquireTimeoutError<'_>> {
        let word = &self.state().word;
        let mut slept = false;
        let mut seen = self.spin();
        loop {
            self.refuse(me, seen)?;
            if seen.is_takeable() {
                // Who has slept cannot know whether others still do: invariant 4.
                let left = if slept { seen.with_waiters() } else { seen };
                match word.take_leaving(seen, left, me.tid()) {
                    Ok(()) => return Ok(seen),
                    Err(found) => seen = found,
                }
                continue;
            }
            if !seen.has_waiters() {
                match word.announce_waiter(seen) {
                    Ok(announced) => seen = announced,
                    Err(found) => {
                        seen = found;
                        continue;
                    }
                }
            }
            let outcome = word.sleep(seen, next_look(deadline));
            slept |= outcome != WaitOutcome::Mismatch;
            // Who was woken must look before giving up: the wake was perhaps the only one, and it
            // is passed on by taking the lock or by announcing a waiter again.
            if outcome != WaitOutcome::Woken && deadline.is_some_and(Deadline::passed) {
                return Err(AcquireTimeoutError::TimedOut);
            }
            seen = self.spin();
        }
    }

    /// Looks for a short while whether the lock becomes free: cheaper than a sleep and a wake-up if
    /// it does. Stops at once where others sleep already, or where the owner died.
    fn spin(&self) -> Snapshot {
        let word = &self.state().word;
        let mut seen = word.look();
        for pauses in SPIN_LOOKS {
            if seen.is_takeable() || seen.has_waiters() {
                break;
            }
            spin(*pauses);
            seen = word.look();
        }
        seen
    }

    /// Says why waiting would be in vain, if it would.
    fn refuse(&self, me: thread::Current, seen: Snapshot) -> Result<(), AcquireError<'static>> {
        if seen.is_not_recoverable() {
            Err(AcquireError::NotRecoverable)
        } else if seen.owner() == me.tid() {
            Err(AcquireError::WouldDeadlock)
        } else {
            Ok(())
        }
    }
}
