//! The lock models: each a small program of two or three participants.

use std::time::Duration;

use forkstep_model::sys::model::{self, Run};
use forkstep_model::{AcquireError, AcquireTimeoutError, TryAcquireError};

use super::guarded::Guarded;
use crate::scenario::Scenario;

/// What one participant does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Acquires, uses the data, releases; that often.
    Acquire(usize),
    /// Tries once.
    Try,
    /// Acquires with a time-out.
    Timeout,
    /// Acquires, and acquires again while holding.
    Twice,
    /// Acquires and drops the guard while unwinding a panic.
    Panic,
    /// Acquires; given the lock of a dead owner, it does not repair.
    GiveUp,
    /// Acquires, and looks who owns the lock.
    AskOwner,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Acquire(1) => "acquire",
            Self::Acquire(_) => "acquire twice in turn",
            Self::Try => "try",
            Self::Timeout => "time-out",
            Self::Twice => "acquire while holding",
            Self::Panic => "panic while holding",
            Self::GiveUp => "do not repair",
            Self::AskOwner => "ask who owns",
        }
    }
}

/// A lock model: a role for each participant.
#[derive(Clone, Debug)]
pub struct LockModel(pub Vec<Role>);

impl Scenario for LockModel {
    type Shared = Guarded;

    fn roles(&self) -> Vec<&'static str> {
        self.0.iter().map(|role| role.name()).collect()
    }

    fn set_up(&self) -> Guarded {
        Guarded::default()
    }

    fn run(&self, me: usize, shared: &Guarded) {
        match self.0[me] {
            Role::Acquire(times) => (0..times).for_each(|_| shared.acquire_and_increment(me)),
            Role::Try => try_once(me, shared),
            Role::Timeout => acquire_with_time_out(me, shared),
            Role::Twice => acquire_while_holding(me, shared),
            Role::Panic => panic_while_holding(me, shared),
            Role::GiveUp => do_not_repair(me, shared),
            Role::AskOwner => ask_who_owns(me, shared),
        }
    }

    fn judge(&self, shared: &Guarded, run: &Run) {
        if self.0.contains(&Role::GiveUp) {
            judge_given_up(shared, run);
        } else {
            shared.judge(run);
        }
    }
}

fn try_once(me: usize, shared: &Guarded) {
    let guard = match shared.lock.try_acquire() {
        Err(TryAcquireError::WouldBlock) => return,
        Ok(guard) => shared.expect_held(Ok(guard)),
        Err(TryAcquireError::Acquire(error)) => shared.expect_held(Err(error)),
    };
    shared.increment(me);
    drop(guard);
}

fn acquire_with_time_out(me: usize, shared: &Guarded) {
    let guard = match shared.lock.acquire_timeout(Duration::from_millis(10)) {
        Err(AcquireTimeoutError::TimedOut) => return model::note("timed out"),
        Ok(guard) => shared.expect_held(Ok(guard)),
        Err(AcquireTimeoutError::Acquire(error)) => shared.expect_held(Err(error)),
    };
    shared.increment(me);
    drop(guard);
}

fn acquire_while_holding(me: usize, shared: &Guarded) {
    let guard = shared.expect_held(shared.lock.acquire());
    let again = shared.lock.acquire();
    assert!(matches!(again, Err(AcquireError::WouldDeadlock)), "acquired twice: {again:?}");
    let again = shared.lock.try_acquire().map_err(|error| match error {
        TryAcquireError::Acquire(error) => error,
        TryAcquireError::WouldBlock => panic!("one's own lock is not somebody else's"),
    });
    assert!(matches!(again, Err(AcquireError::WouldDeadlock)), "tried twice: {again:?}");
    shared.increment(me);
    drop(guard);
}

fn panic_while_holding(me: usize, shared: &Guarded) {
    let guard = shared.expect_held(shared.lock.acquire());
    shared.increment(me);
    model::unwinding(|| drop(guard));
    let guard = match shared.lock.acquire() {
        // Another owner died since: that is said first, the poison stays for the next.
        Err(error @ AcquireError::OwnerDied(_)) => shared.expect_held(Err(error)),
        Err(AcquireError::Poisoned(guard)) => guard,
        Ok(_) => panic!("the lock was poisoned and nobody but this participant clears that"),
        Err(error) => panic!("acquire: {error}"),
    };
    guard.clear_poison();
}

fn do_not_repair(me: usize, shared: &Guarded) {
    match shared.lock.acquire() {
        Ok(guard) => {
            shared.increment(me);
            drop(guard);
        }
        Err(AcquireError::OwnerDied(guard)) => {
            shared.report_owner_death();
            drop(guard);
        }
        Err(AcquireError::NotRecoverable) => model::note("not recoverable"),
        Err(error) => panic!("acquire: {error}"),
    }
}

/// Once somebody gave up, everybody is told so, at once and for ever.
fn judge_given_up(shared: &Guarded, run: &Run) {
    let last = shared.lock.acquire();
    match last {
        Err(AcquireError::NotRecoverable) => assert!(run.owner_deaths > 0, "nobody died"),
        Err(AcquireError::OwnerDied(guard)) => {
            assert!(run.owner_deaths > 0, "nobody died");
            drop(guard);
            let after = shared.lock.acquire();
            assert!(matches!(after, Err(AcquireError::NotRecoverable)), "given up: {after:?}");
        }
        Ok(guard) => drop(guard),
        Err(error) => panic!("acquire: {error}"),
    }
}

fn ask_who_owns(me: usize, shared: &Guarded) {
    let guard = shared.expect_held(shared.lock.acquire());
    let owner = shared.lock.owner();
    assert_eq!(owner.map(|owner| owner.tid()), Some(me as u32 + 1), "the owner is this one");
    shared.increment(me);
    drop(guard);
}
