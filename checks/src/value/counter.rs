//! The value as a counter: each participant adds in its own way, and nothing may be lost.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::time::Duration;

use forkstep_model::Value;
use forkstep_model::sys::model::{self, Run};
use forkstep_model::value::{Guard, LockError, LockTimeoutError, TryLockError};

use super::register::assert_backstops;
use super::sample::Sample;
use crate::scenario::Scenario;

/// How one participant adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// By `update`, that often.
    Update(usize),
    /// Gets, then sets one more, with the lock held.
    Hold,
    /// By `update` of the guard.
    HoldUpdate,
    /// As `Hold`, if nobody has the lock.
    Try,
    /// As `Hold`, if the lock is free in a short time.
    Timeout,
    /// As `Hold`, and the guard is dropped by a panic.
    Panic,
    /// As `Hold`, and then everything that would need the lock again.
    Twice,
    /// By `fetch_add`, that often.
    Add(usize),
    /// By `compare_exchange`, as often as it takes.
    Exchange,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Update(1) => "update",
            Self::Update(_) => "update twice",
            Self::Hold => "lock, get and set",
            Self::HoldUpdate => "lock and update",
            Self::Try => "try to lock",
            Self::Timeout => "lock with a time-out",
            Self::Panic => "panic while holding",
            Self::Twice => "lock while holding",
            Self::Add(1) => "add",
            Self::Add(_) => "add twice",
            Self::Exchange => "compare and exchange",
        }
    }
}

/// A model of a counter of `T`.
#[derive(Clone, Debug)]
pub struct Counter<T> {
    roles: Vec<Role>,
    values: PhantomData<fn() -> T>,
}

impl<T> Counter<T> {
    /// A role for each participant.
    #[must_use]
    pub fn new(roles: &[Role]) -> Self {
        Self { roles: roles.to_vec(), values: PhantomData }
    }

    /// How many participants there are.
    #[must_use]
    pub fn participants(&self) -> usize {
        self.roles.len()
    }
}

/// The value, and what the harness knows of an execution; that is no object of loom's, so it orders
/// nothing.
#[derive(Debug)]
pub struct Shared<T: Sample> {
    value: Value<T>,
    /// Who holds the lock.
    inside: Cell<Option<usize>>,
    begun: Cell<u64>,
    /// What the counter was after each addition that has returned.
    reached: RefCell<Vec<u64>>,
}

/// That a participant holds the lock: dropped before it releases it, and when it dies.
struct Inside<'a>(&'a Cell<Option<usize>>);

impl<'a> Inside<'a> {
    fn enter(inside: &'a Cell<Option<usize>>, me: usize) -> Self {
        assert_eq!(inside.replace(Some(me)), None, "two participants hold the lock");
        Self(inside)
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.set(None);
    }
}

/// Shorter than a backstop.
const SHORT: Duration = Duration::from_millis(10);

impl<T: Sample> Scenario for Counter<T> {
    type Shared = Shared<T>;

    fn roles(&self) -> Vec<&'static str> {
        self.roles.iter().map(|role| role.name()).collect()
    }

    fn set_up(&self) -> Shared<T> {
        Shared {
            value: Value::new(T::of(0)).expect("the model has memory"),
            inside: Cell::new(None),
            begun: Cell::new(0),
            reached: RefCell::default(),
        }
    }

    fn run(&self, me: usize, shared: &Shared<T>) {
        let value = &shared.value;
        match self.roles[me] {
            Role::Update(times) => (0..times).for_each(|_| shared.update()),
            Role::Hold => shared.hold(me, value.lock().expect("the lock")),
            Role::HoldUpdate => shared.hold_and_update(me),
            Role::Try => match value.try_lock() {
                Ok(guard) => shared.hold(me, guard),
                Err(error) => assert_eq!(error, TryLockError::WouldBlock),
            },
            Role::Timeout => match value.lock_timeout(SHORT) {
                Ok(guard) => shared.hold(me, guard),
                Err(error) => assert_eq!(error, LockTimeoutError::TimedOut),
            },
            Role::Panic => shared.panic(me),
            Role::Twice => shared.lock_twice(me),
            Role::Add(times) => (0..times).for_each(|_| {
                shared.count(|| shared.word().fetch_add(1) + 1);
            }),
            Role::Exchange => shared.exchange(),
        }
    }

    fn judge(&self, shared: &Shared<T>, run: &Run) {
        model::note("the final check locks the value");
        let last = shared.value.get().number();
        let guard = shared.value.try_lock().expect("nobody holds it");
        assert_eq!(guard.get().number(), last, "the value changed by itself");
        drop(guard);
        let mut reached = shared.reached.take();
        let (finished, begun) = (reached.len() as u64, shared.begun.get());
        assert!((finished..=begun).contains(&last), "{last} of {finished} to {begun} additions");
        reached.sort_unstable();
        reached.dedup();
        assert_eq!(reached.len() as u64, finished, "two additions came to the same");
        assert_backstops(run);
    }
}

impl<T: Sample> Shared<T> {
    fn word(&self) -> &Value<u64> {
        T::word(&self.value).expect("the model is one of a number")
    }

    /// One addition, of which `add` says what it came to.
    fn count(&self, add: impl FnOnce() -> u64) {
        self.begun.set(self.begun.get() + 1);
        let reached = add();
        self.reached.borrow_mut().push(reached);
    }

    fn update(&self) {
        self.count(|| self.value.update(|old| T::of(old.number() + 1)).expect("the lock").number());
    }

    fn hold(&self, me: usize, mut guard: Guard<'_, T>) {
        let _inside = Inside::enter(&self.inside, me);
        self.count(|| {
            let next = guard.get().number() + 1;
            guard.set(T::of(next)).expect("it is held");
            assert_eq!(guard.get().number(), next, "changed by another");
            next
        });
    }

    fn hold_and_update(&self, me: usize) {
        let mut guard = self.value.lock().expect("the lock");
        let _inside = Inside::enter(&self.inside, me);
        self.count(|| guard.update(|old| T::of(old.number() + 1)).expect("it is held").number());
    }

    fn panic(&self, me: usize) {
        let mut guard = self.value.lock().expect("the lock");
        let inside = Inside::enter(&self.inside, me);
        self.count(|| guard.update(|old| T::of(old.number() + 1)).expect("it is held").number());
        drop(inside);
        model::unwinding(|| drop(guard));
        self.update();
    }

    fn lock_twice(&self, me: usize) {
        let guard = self.value.lock().expect("the lock");
        let inside = Inside::enter(&self.inside, me);
        let before = self.value.get().number();
        let refused = LockError::WouldDeadlock;
        assert_eq!(self.value.set(T::of(1000)), Err(refused));
        assert_eq!(self.value.update(|_| T::of(1000)).map(|value| value.number()), Err(refused));
        assert_eq!(self.value.lock().map(drop), Err(refused));
        assert_eq!(self.value.try_lock().map(drop), Err(TryLockError::Lock(refused)));
        assert_eq!(self.value.get().number(), before, "changed by another");
        drop(inside);
        self.hold(me, guard);
    }

    fn exchange(&self) {
        let word = self.word();
        self.count(|| {
            let mut seen = 0;
            loop {
                match word.compare_exchange(seen, seen + 1) {
                    Ok(old) => return old + 1,
                    Err(found) => seen = found,
                }
            }
        });
    }
}
