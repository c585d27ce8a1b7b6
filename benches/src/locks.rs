//! Puts forkstep's lock and its peers behind one trait.

use std::sync::{Mutex, MutexGuard};

use forkstep::{Guard, Lock};

use crate::crew::Between;
use crate::mapping::Apart;
use crate::pthread::{PthreadGuard, PthreadRobust};

/// Is a lock that the benches can compare.
///
/// No bench kills a participant; an implementation panics when it finds a dead owner.
pub trait BenchLock: Sync + Sized {
    /// Holds the lock until it is dropped.
    type Guard<'a>
    where
        Self: 'a;

    /// What the tables call the lock.
    const NAME: &'static str;

    /// What the participants are at most that may share the lock.
    const BETWEEN: Between;

    /// Makes a free lock, on cache lines of its own.
    fn make() -> Self;

    /// Waits for the lock and takes it.
    fn acquire(&self) -> Self::Guard<'_>;

    /// Runs `body` while holding the lock.
    #[inline]
    fn with<R>(&self, body: impl FnOnce() -> R) -> R {
        let _held = self.acquire();
        body()
    }
}

impl BenchLock for Lock {
    type Guard<'a> = Guard<'a>;
    const NAME: &'static str = "forkstep::Lock";
    const BETWEEN: Between = Between::Processes;

    fn make() -> Self {
        Lock::new().expect("a lock of forkstep")
    }

    #[inline]
    fn acquire(&self) -> Guard<'_> {
        match Lock::acquire(self) {
            Ok(guard) => guard,
            Err(error) => panic!("no bench kills an owner: {error:?}"),
        }
    }
}

impl BenchLock for PthreadRobust {
    type Guard<'a> = PthreadGuard<'a>;
    const NAME: &'static str = "pthread robust";
    const BETWEEN: Between = Between::Processes;

    fn make() -> Self {
        PthreadRobust::new()
    }

    #[inline]
    fn acquire(&self) -> PthreadGuard<'_> {
        PthreadRobust::acquire(self)
    }
}

impl BenchLock for Apart<Mutex<()>> {
    type Guard<'a> = MutexGuard<'a, ()>;
    const NAME: &'static str = "std::sync::Mutex";
    const BETWEEN: Between = Between::Threads;

    fn make() -> Self {
        Apart(Mutex::new(()))
    }

    #[inline]
    fn acquire(&self) -> MutexGuard<'_, ()> {
        self.0.lock().expect("no bench panics while holding")
    }
}

impl BenchLock for Apart<parking_lot::Mutex<()>> {
    type Guard<'a> = parking_lot::MutexGuard<'a, ()>;
    const NAME: &'static str = "parking_lot::Mutex";
    const BETWEEN: Between = Between::Threads;

    fn make() -> Self {
        Apart(parking_lot::Mutex::new(()))
    }

    #[inline]
    fn acquire(&self) -> parking_lot::MutexGuard<'_, ()> {
        self.0.lock()
    }
}
