//! What a thread holds, of ours and of glibc's, in the order in which it likes to.

use forkstep::{AcquireError, Guard, Lock, Region, TryAcquireError};

use crate::mutex::{Mutexes, State};

/// One of the things that a thread can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    Lock(usize),
    Mutex(usize),
}

/// Locks and mutexes that forks share.
pub(crate) struct Shelf {
    pub(crate) locks: Vec<Lock>,
    pub(crate) mutexes: Mutexes,
    mutex_count: usize,
}

impl Shelf {
    pub(crate) fn new(locks: usize, mutexes: usize) -> Shelf {
        let region = Region::anonymous(64 * locks.max(1)).expect("memory for the locks");
        let lock = |_| Lock::new_in(&region).expect("64 bytes a lock");
        let locks = (0..locks).map(lock).collect();
        Shelf { locks, mutexes: Mutexes::new(mutexes), mutex_count: mutexes }
    }

    pub(crate) fn items(&self) -> Vec<Item> {
        let locks = (0..self.locks.len()).map(Item::Lock);
        locks.chain((0..self.mutex_count).map(Item::Mutex)).collect()
    }

    /// Says how somebody else finds it, and leaves it as good as new.
    pub(crate) fn state(&self, item: Item) -> State {
        match item {
            Item::Lock(index) => state(&self.locks[index]),
            Item::Mutex(index) => self.mutexes.state(index),
        }
    }

    /// Asserts that those held, and no others, have lost their owner, and that nobody gets those
    /// that were stranded.
    pub(crate) fn assert_owner_died(&self, held: &[Item], stranded: &[Item]) {
        for item in self.items() {
            let expected = match item {
                _ if held.contains(&item) => State::OwnerDied,
                _ if stranded.contains(&item) => State::NotRecoverable,
                _ => State::Free,
            };
            let known = format!("{held:?} held, {stranded:?} stranded");
            assert_eq!(self.state(item), expected, "{item:?}, of {known}");
        }
    }
}

/// Says how somebody who does not hold it finds the lock, and leaves it free and consistent. After
/// a death that was waited for, this is no race: the kernel has walked the list by then.
pub(crate) fn state(lock: &Lock) -> State {
    match lock.try_acquire() {
        Ok(_) => State::Free,
        Err(TryAcquireError::WouldBlock) => State::Held,
        Err(TryAcquireError::Acquire(AcquireError::OwnerDied(guard))) => {
            drop(guard.mark_consistent());
            State::OwnerDied
        }
        Err(TryAcquireError::Acquire(AcquireError::NotRecoverable)) => State::NotRecoverable,
        Err(TryAcquireError::Acquire(error)) => panic!("the lock says: {error}"),
    }
}

/// The guards of one thread; mutexes have none.
pub(crate) struct Hands<'a> {
    shelf: &'a Shelf,
    guards: Vec<Option<Guard<'a>>>,
}

impl<'a> Hands<'a> {
    pub(crate) fn new(shelf: &'a Shelf) -> Hands<'a> {
        Hands { shelf, guards: shelf.locks.iter().map(|_| None).collect() }
    }

    pub(crate) fn take(&mut self, item: Item) {
        match item {
            Item::Mutex(index) => self.shelf.mutexes.lock(index),
            Item::Lock(index) => {
                let guard = self.shelf.locks[index].acquire().expect("nobody holds the lock");
                self.guards[index] = Some(guard);
            }
        }
    }

    pub(crate) fn release(&mut self, item: Item) {
        match item {
            Item::Mutex(index) => self.shelf.mutexes.unlock(index),
            Item::Lock(index) => drop(self.guards[index].take().expect("the guard is at hand")),
        }
    }
}
