//! Holding a lock, and holding one whose last owner died.

use std::marker::PhantomData;
use std::mem::ManuallyDrop;

use super::Lock;
use crate::owner::OwnerId;
use crate::sys::robust::Unlinked;
use crate::sys::{Ordering, thread};

/// What both guards know. Of the thread that acquired: guards are not Send.
///
/// Two whole words without padding, so that a guard stays in registers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held<'a> {
    lock: &'a Lock,
    /// The thread's id, and [`PANICKING`] if it was unwinding a panic already.
    by: u64,
    of_thread: PhantomData<*const ()>,
}

/// Above all thread ids.
const PANICKING: u64 = 1 << 32;

impl<'a> Held<'a> {
    #[inline]
    pub(super) fn new(lock: &'a Lock, tid: u32) -> Self {
        let panicking = if thread::panicking() { PANICKING } else { 0 };
        Self { lock, by: u64::from(tid) | panicking, of_thread: PhantomData }
    }

    /// The calling thread, unless this is a copy that a fork made: the child owns nothing.
    #[inline]
    fn owner(self) -> Option<thread::Current> {
        thread::current().ok().filter(|me| me.tid() == self.by as u32)
    }

    /// Releases the lock. Always inlined: a call costs more than the shorter code saves.
    #[inline(always)]
    fn release(self) {
        let Some(me) = self.owner() else { return };
        let state = self.lock.state();
        if thread::panicking() {
            self.poison();
        }
        if !self.leave(me) {
            return;
        }
        if state.word.release().has_waiters() {
            // CRASH: the kernel finds the pending word free and wakes one, or finds a new owner
            // that came in between; then the woken waiter's backstop counts.
            state.word.wake_one();
        }
        me.end();
    }

    /// Notes that a panic began while the lock was held.
    #[cold]
    fn poison(self) {
        if self.by & PANICKING == 0 {
            // CRASH: owner died says more than poisoned, and both may be true.
            self.lock.state().poison.store(1, Ordering::Relaxed);
        }
    }

    /// Gives the lock up for good.
    #[cold]
    fn abandon(self) {
        let Some(me) = self.owner() else { return };
        let state = self.lock.state();
        if self.leave(me) {
            state.word.abandon();
            state.word.wake_all();
            me.end();
        }
    }

    /// Takes the lock out of the thread's robust list, announced as pending; says whether it is
    /// this thread's to release now.
    #[inline]
    fn leave(self, me: thread::Current) -> bool {
        let state = self.lock.state();
        // CRASH: still ours, in the list or pending: owner died.
        me.begin(state.word.raw(), &state.links);
        let unlinked = me.unlink(state.word.raw(), &state.links);
        if unlinked != Unlinked::Done {
            self.stay(me, unlinked);
            return false;
        }
        // CRASH: owner died, without a name.
        state.owner.store(0, Ordering::Relaxed);
        true
    }

    /// What is to be done with a lock that could not be unlinked.
    #[cold]
    fn stay(self, me: thread::Current, unlinked: Unlinked) {
        let word = &self.lock.state().word;
        if unlinked == Unlinked::Stranded {
            // Whoever got it next would overwrite links that this thread's list runs through.
            word.abandon();
            word.wake_all();
        }
        me.end();
    }

    /// As [`owner`](Self::owner), and sure that the lock is held: also a copied guard of a thread
    /// whose number has been given to this one is inert.
    fn holder(self) -> Option<thread::Current> {
        let state = self.lock.state();
        self.owner().filter(|me| me.holds(state.word.raw(), &state.links))
    }
}

/// Holds a lock until it is dropped.
///
/// If the thread or its process dies first, the next to acquire gets
/// [`AcquireError::OwnerDied`](super::AcquireError::OwnerDied). Dropped while a panic is being
/// unwound, it poisons the lock. Leaked, it keeps the lock until its thread ends.
#[derive(Debug)]
#[must_use = "a guard that is dropped at once guards nothing"]
pub struct Guard<'a>(pub(super) Held<'a>);

impl Guard<'_> {
    /// Releases the lock: the same as dropping the guard.
    pub fn release(self) {}

    /// Says whether the calling thread holds the lock by this guard: not if a fork copied it.
    pub(crate) fn holds(&self) -> bool {
        self.0.holder().is_some()
    }

    /// Says that what a panicking owner left is in order.
    pub fn clear_poison(&self) {
        if self.0.holder().is_some() {
            self.0.lock.state().poison.store(0, Ordering::Relaxed);
        }
    }
}

impl Drop for Guard<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.release();
    }
}

/// Holds a lock whose last owner died: what the lock guards may be half-written.
///
/// Repair it, then call [`mark_consistent`](Self::mark_consistent). Dropped without that, the lock
/// becomes not recoverable for everybody. If this process dies first, the next to acquire gets
/// `OwnerDied` in turn, so a repair must be one that can be begun anew.
#[derive(Debug)]
#[must_use = "dropping it without mark_consistent makes the lock not recoverable"]
pub struct OwnerDiedGuard<'a> {
    held: Held<'a>,
    dead: Option<OwnerId>,
}

impl<'a> OwnerDiedGuard<'a> {
    pub(super) fn new(held: Held<'a>, dead: Option<OwnerId>) -> Self {
        Self { held, dead }
    }

    /// Names the owner that died; `None` if it died before it could leave its name. If a process
    /// died while it was taking over from a dead owner, that one's name may still stand here.
    #[must_use]
    pub fn dead_owner(&self) -> Option<OwnerId> {
        self.dead
    }

    /// Says that what the lock guards is in order again; from here on it is held as usual.
    pub fn mark_consistent(self) -> Guard<'a> {
        // CRASH: before or after it, the kernel writes owner died: invariant 5.
        Guard(ManuallyDrop::new(self).held)
    }
}

impl Drop for OwnerDiedGuard<'_> {
    fn drop(&mut self) {
        self.held.abandon();
    }
}
