//! A robust lock between processes.
//!
//! # The word
//!
//! | WAITERS | OWNER_DIED | owner | meaning | who leaves this state, and how |
//! |---|---|---|---|---|
//! | 0 | 0 | 0 | free | anybody: takes it (owner := self) |
//! | w | 0 | t | held by t; w: somebody may sleep | t: releases (word := 0); a waiter: sets WAITERS; the kernel, when t dies: owner died |
//! | w | 1 | 0 | owner died, nobody holds it, the data is inconsistent | anybody: takes it (owner := self, OWNER_DIED := 0) |
//! | 0 | 0 | all ones | not recoverable | nobody, ever |
//!
//! # Invariants
//!
//! 1. Only t puts t into the owner field, by compare-and-exchange from a word whose owner is 0, and
//!    only t or the kernel after t's death takes it out.
//! 2. While the owner field is t, the word is in t's robust list or is its pending entry. So the
//!    kernel finds it whenever t dies.
//! 3. A waiter sleeps only on a value with WAITERS set.
//! 4. If somebody sleeps and WAITERS is not set, a wake is on its way: its sender is between the
//!    release and the wake, or the woken waiter has not yet taken the lock, which sets WAITERS
//!    again. If that waiter dies, the others look again after at most one backstop.
//! 5. Who took the word from a dead owner knows that by its guard, and nobody else has to: if it
//!    dies in turn the kernel writes owner died again; if it gives up, it writes not recoverable.
//! 6. `owner` names the owner or nobody: it is cleared before the release. After a death it names
//!    the dead owner, or nobody if that died before it left its name; of several that died one
//!    after the other while repairing, it may name an earlier one.
//!
//! # Memory ordering
//!
//! Taking the lock is an Acquire read-modify-write of the word, releasing it a Release one, so what
//! the last owner wrote happens before what the next one reads. Relaxed looks at the word decide
//! only what to try next. `owner` and `poison` are changed by the owner alone; the word orders
//! them. The robust list is this thread's own memory, read by the kernel after the thread's death.

#![allow(unsafe_code, reason = "declares what lies in shared memory")]

mod contended;
mod error;
mod guard;
#[cfg(not(forkstep_loom))]
mod named;
#[cfg(not(forkstep_loom))]
mod sight;
mod word;
#[cfg(not(forkstep_loom))]
mod words;

use std::time::Duration;

use crate::deadline::Deadline;
use crate::owner::OwnerId;
use crate::region::{Layout, Placed, Region, RegionError, Shared};
use crate::sys::robust::{Links, Refusal};
use crate::sys::{AtomicU32, AtomicU64, Ordering, thread};
pub use error::{AcquireError, AcquireTimeoutError, TryAcquireError};
use guard::Held;
pub use guard::{Guard, OwnerDiedGuard};
#[cfg(not(forkstep_loom))]
pub use sight::{LockSight, LockState};
use word::{LockWord, Snapshot};

/// What lies in shared memory. The place of `links` behind `word` is glibc's, for all robust words.
#[repr(C, align(64))]
#[derive(Debug)]
struct State {
    word: LockWord,
    poison: AtomicU32,
    owner: AtomicU64,
    reserved: u64,
    links: Links,
}

// SAFETY: atomic words and list links that are checked before use; no pointer is ever followed that
// was read from them; dropping does nothing; any bytes are a valid value.
unsafe impl Shared for State {}

#[cfg(not(forkstep_loom))]
const _: () = {
    use crate::sys::robust::FUTEX_OFFSET;
    let next = std::mem::offset_of!(State, links) + Links::NEXT_AT;
    assert!(std::mem::offset_of!(State, word) as isize == next as isize + FUTEX_OFFSET);
    assert!(size_of::<State>() == 64);
};

impl State {
    fn new() -> Self {
        Self {
            word: LockWord::new(),
            poison: AtomicU32::named(0, "lock.poison"),
            owner: AtomicU64::named(0, "lock.owner"),
            reserved: 0,
            links: Links::new(),
        }
    }
}

/// Mutual exclusion between processes that survives the death of any of them.
///
/// A `Lock` lives in shared memory; processes forked after its construction share it, and so do
/// threads. It is not recursive: a thread that takes it twice gets [`AcquireError::WouldDeadlock`].
/// The next one in is whoever comes first, in no fixed order.
///
/// When the owner dies while holding, in whatever way, the next to acquire gets
/// [`AcquireError::OwnerDied`] and with it the lock: it repairs the data that the lock guards and
/// calls [`OwnerDiedGuard::mark_consistent`]. Waiters go on within [`BACKSTOP`](crate::BACKSTOP),
/// mostly at once. A thread that ends, or a process that exits or execs, while holding is an owner
/// that died too. What a fork copies of a guard is inert in the child.
///
/// A thread may hold 2,048 locks at once. One that also uses robust pthread mutexes should release
/// them in the reverse order: a mutex that was locked before a lock and is unlocked while the lock
/// is held costs the lock, which becomes not recoverable when it is released.
///
/// # Examples
///
/// ```
/// use forkstep::{AcquireError, Lock};
///
/// let lock = Lock::new()?;
/// let guard = match lock.acquire() {
///     Ok(guard) => guard,
///     // The last owner was killed: repair what it left, then go on.
///     Err(AcquireError::OwnerDied(guard)) => guard.mark_consistent(),
///     Err(error) => panic!("{error}"),
/// };
/// assert!(lock.owner().is_some());
/// drop(guard);
/// assert_eq!(lock.owner(), None);
/// # Ok::<(), forkstep::RegionError>(())
/// ```
#[derive(Clone)]
pub struct Lock {
    state: Placed<State>,
}

impl Lock {
    /// The bytes that a lock takes in a region, alignment included.
    pub(crate) const FOOTPRINT: usize = 2 * size_of::<State>();

    /// Makes a lock in a region of its own.
    ///
    /// # Errors
    ///
    /// Those of [`Region::anonymous`].
    pub fn new() -> Result<Self, RegionError> {
        Self::new_in(&Region::anonymous(size_of::<State>())?)
    }

    /// Makes a lock in `region`: 64 bytes.
    ///
    /// # Errors
    ///
    /// [`RegionError::Full`] if the region has not enough room left.
    pub fn new_in(region: &Region) -> Result<Self, RegionError> {
        Self::lay_out(&mut Layout::make(region))
    }

    /// Makes a lock, or finds one, as the next part of a layout.
    pub(crate) fn lay_out(layout: &mut Layout<'_>) -> Result<Self, RegionError> {
        Ok(Self { state: layout.one(State::new)? })
    }

    /// Takes the lock, sleeping as long as somebody else holds it.
    ///
    /// # Errors
    ///
    /// [`AcquireError::OwnerDied`] hands over the lock of an owner that died; `Poisoned` that of
    /// one that panicked; `NotRecoverable` if nobody repaired it; `WouldDeadlock` if this thread
    /// holds it already; `TooManyLocks` at the limit of 2,048; `Corrupt` if the shared memory
    /// contradicts what this thread did; `Unsupported` if the C library keeps robust lists in
    /// another way.
    #[inline]
    pub fn acquire(&self) -> Result<Guard<'_>, AcquireError<'_>> {
        let me = self.enter()?;
        match self.state().word.take(Snapshot::FREE, me.tid()) {
            Ok(()) => self.entered(me, Snapshot::FREE),
            Err(_) => self.acquire_contended(me, None).map_err(AcquireTimeoutError::without_limit),
        }
    }

    /// Takes the lock if nobody holds it.
    ///
    /// # Errors
    ///
    /// [`TryAcquireError::WouldBlock`] if somebody holds it; otherwise as [`Lock::acquire`].
    pub fn try_acquire(&self) -> Result<Guard<'_>, TryAcquireError<'_>> {
        let me = self.enter()?;
        match self.try_take(me) {
            Ok(found) => Ok(self.entered(me, found)?),
            Err(error) => {
                me.end();
                Err(error)
            }
        }
    }

    /// Takes the lock, sleeping no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// [`AcquireTimeoutError::TimedOut`] if somebody else held it all the time; otherwise as
    /// [`Lock::acquire`].
    #[inline]
    pub fn acquire_timeout(&self, timeout: Duration) -> Result<Guard<'_>, AcquireTimeoutError<'_>> {
        let me = self.enter()?;
        match self.state().word.take(Snapshot::FREE, me.tid()) {
            Ok(()) => Ok(self.entered(me, Snapshot::FREE)?),
            // The clock is asked only here: that costs more than a lock that is free.
            Err(_) => self.acquire_contended(me, Some(Deadline::after(timeout))),
        }
    }

    /// As [`acquire_timeout`](Self::acquire_timeout), for callers that have a deadline already.
    #[inline]
    pub(crate) fn acquire_until(
        &self,
        deadline: Deadline,
    ) -> Result<Guard<'_>, AcquireTimeoutError<'_>> {
        self.acquire_by(|| deadline)
    }

    #[inline]
    fn acquire_by(
        &self,
        deadline: impl FnOnce() -> Deadline,
    ) -> Result<Guard<'_>, AcquireTimeoutError<'_>> {
        let me = self.enter()?;
        match self.state().word.take(Snapshot::FREE, me.tid()) {
            Ok(()) => Ok(self.entered(me, Snapshot::FREE)?),
            Err(_) => self.acquire_contended(me, Some(deadline())),
        }
    }

    /// Names who holds the lock now, if somebody does.
    ///
    /// Between the moment at which an owner takes the lock and the next at which it leaves its
    /// name, the answer is `None`.
    #[must_use]
    pub fn owner(&self) -> Option<OwnerId> {
        let state = self.state();
        let holder = state.word.look().owner();
        let named = OwnerId::from_bits(state.owner.load(Ordering::Relaxed))?;
        (holder == named.tid()).then_some(named)
    }

    /// Says whether somebody who lives holds the lock, or seems to for as long as the kernel has
    /// not noted the owner's death.
    pub(crate) fn is_held(&self) -> bool {
        self.state().word.look().owner() != 0
    }

    /// Says whether the calling thread holds the lock.
    pub(crate) fn is_mine(&self) -> bool {
        thread::current().is_ok_and(|me| self.state().word.look().owner() == me.tid())
    }

    /// The region that the lock lives in.
    #[must_use]
    pub fn region(&self) -> &Region {
        self.state.region()
    }

    #[inline]
    fn state(&self) -> &State {
        &self.state
    }

    /// Announces to the kernel that this thread is about to take the lock.
    #[inline]
    fn enter(&self) -> Result<thread::Current, AcquireError<'_>> {
        let state = self.state();
        let me = thread::current().map_err(|_| AcquireError::Unsupported)?;
        me.admit(&state.links).map_err(|refusal| match refusal {
            Refusal::TooMany => AcquireError::TooManyLocks,
            Refusal::Stranded => AcquireError::Corrupt,
        })?;
        // CRASH: nothing of the lock is changed; the kernel finds a word that is not ours.
        me.begin(state.word.raw(), &state.links);
        Ok(me)
    }

    /// Ends an acquisition after the word has become this thread's.
    #[inline]
    fn entered(&self, me: thread::Current, found: Snapshot) -> Result<Guard<'_>, AcquireError<'_>> {
        let state = self.state();
        // CRASH: from the take to `end`, the pending entry names the word, so the kernel marks it.
        me.link(state.word.raw(), &state.links);
        me.end();
        if found.owner_died() {
            return Err(AcquireError::OwnerDied(self.inherited(me)));
        }
        // CRASH: up to here `owner` says nobody, so a dead owner may stay without a name.
        state.owner.store(OwnerId::new(me.pid(), me.tid()).to_bits(), Ordering::Relaxed);
        let guard = Guard(Held::new(self, me.tid()));
        if state.poison.load(Ordering::Relaxed) == 0 {
            Ok(guard)
        } else {
            Err(AcquireError::Poisoned(guard))
        }
    }

    #[cold]
    fn inherited(&self, me: thread::Current) -> OwnerDiedGuard<'_> {
        let owner = &self.state().owner;
        let dead = OwnerId::from_bits(owner.load(Ordering::Relaxed));
        owner.store(OwnerId::new(me.pid(), me.tid()).to_bits(), Ordering::Relaxed);
        OwnerDiedGuard::new(Held::new(self, me.tid()), dead)
    }
}

impl std::fmt::Debug for Lock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = self.state().word.look();
        f.debug_struct("Lock").field("word", &word).field("owner", &self.owner()).finish()
    }
}
