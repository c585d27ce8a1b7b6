//! Data that a lock guards, with a ledger of who was in: what the lock models judge by.

#![allow(unsafe_code, reason = "reads and writes plain shared memory, as users of a lock do")]

use std::cell::RefCell;

use forkstep_model::cell::UnsafeCell;
use forkstep_model::sys::model::{self, Run};
use forkstep_model::{AcquireError, Guard, Lock};

/// Two cells that are equal whenever nobody holds the lock.
#[derive(Debug)]
pub struct Guarded {
    /// The lock.
    pub lock: Lock,
    first: UnsafeCell<u64>,
    second: UnsafeCell<u64>,
    ledger: RefCell<Ledger>,
}

/// What the harness knows of an execution; no object of loom's, so it orders nothing.
#[derive(Debug, Default)]
struct Ledger {
    inside: Option<usize>,
    owner_deaths_reported: usize,
    finished: u64,
    begun: u64,
}

impl Default for Guarded {
    fn default() -> Self {
        Self {
            lock: Lock::new().expect("the model has memory"),
            first: UnsafeCell::named(0, "data.first"),
            second: UnsafeCell::named(0, "data.second"),
            ledger: RefCell::default(),
        }
    }
}

impl Guarded {
    /// Turns what `acquire` gave into a guard, repairing where an owner died.
    ///
    /// # Panics
    ///
    /// If the lock says anything but held, owner died or poisoned.
    pub fn expect_held<'a>(&self, result: Result<Guard<'a>, AcquireError<'a>>) -> Guard<'a> {
        match result {
            Ok(guard) => guard,
            Err(AcquireError::Poisoned(guard)) => guard,
            Err(AcquireError::OwnerDied(guard)) => {
                self.report_owner_death();
                self.repair();
                guard.mark_consistent()
            }
            Err(error) => panic!("acquire: {error}"),
        }
    }

    /// Counts a report of `OwnerDied`, whatever the caller does with it.
    pub fn report_owner_death(&self) {
        let mut ledger = self.ledger.borrow_mut();
        ledger.owner_deaths_reported += 1;
        // Its owner will not leave any more.
        ledger.inside = None;
    }

    /// Makes the two cells equal again; can be begun anew after a crash in here.
    fn repair(&self) {
        let (first, second) = (self.read(&self.first), self.read(&self.second));
        assert!(first == second || first == second + 1, "torn beyond repair: {first}, {second}");
        self.write(&self.second, first);
    }

    /// Uses the data as the only one: the body of every critical section.
    ///
    /// # Panics
    ///
    /// If somebody else is inside, or if the data is torn although no owner died.
    pub fn increment(&self, participant: usize) {
        let before = self.ledger.borrow_mut().inside.replace(participant);
        assert_eq!(before, None, "mutual exclusion: two participants hold the lock");
        let (first, second) = (self.read(&self.first), self.read(&self.second));
        assert_eq!(first, second, "torn data, and nobody said that an owner died");
        self.ledger.borrow_mut().begun += 1;
        self.write(&self.first, first + 1);
        self.write(&self.second, second + 1);
        let mut ledger = self.ledger.borrow_mut();
        ledger.inside = None;
        ledger.finished += 1;
    }

    /// One acquisition as a program does it.
    pub fn acquire_and_increment(&self, participant: usize) {
        let guard = self.expect_held(self.lock.acquire());
        self.increment(participant);
        drop(guard);
    }

    /// Judges the end: the lock can still be acquired, every dead owner was reported exactly once,
    /// and no increment was lost or made up.
    ///
    /// # Panics
    ///
    /// With what is wrong.
    pub fn judge(&self, run: &Run) {
        model::note("the final check acquires the lock");
        let guard = self.expect_held(self.lock.acquire());
        let (first, second) = (self.read(&self.first), self.read(&self.second));
        drop(guard);
        assert_eq!(first, second, "torn data at the end");
        let ledger = self.ledger.borrow();
        let reported = ledger.owner_deaths_reported;
        assert_eq!(reported, run.owner_deaths, "every dead owner is reported exactly once");
        let (least, most) = (ledger.finished, ledger.begun);
        assert!((least..=most).contains(&first), "lost updates: {first} of {least} to {most}");
        let deaths = run.crashed.iter().filter(|crashed| **crashed).count();
        let backstops = run.backstops.iter().copied().max().unwrap_or(0);
        assert!(backstops <= deaths, "{backstops} backstops for {deaths} deaths");
    }

    fn read(&self, cell: &UnsafeCell<u64>) -> u64 {
        // SAFETY: the caller holds the lock, and loom would report a race.
        cell.with(|value| unsafe { *value })
    }

    fn write(&self, cell: &UnsafeCell<u64>, new: u64) {
        // SAFETY: as for `read`.
        cell.with_mut(|value| unsafe { *value = new });
    }
}
