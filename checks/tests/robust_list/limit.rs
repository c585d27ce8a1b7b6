//! 2,048 locks: as many as the kernel looks at when a thread dies.

use forkstep::{AcquireError, Guard, Lock};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

use crate::death::{End, die_holding};
use crate::held::{Shelf, state};
use crate::mutex::State;

/// The limit that the documentation of `Lock` names.
const LIMIT: usize = 2048;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("one_lock_too_many_is_refused", one_lock_too_many_is_refused),
        trial("releasing_one_makes_room", releasing_one_makes_room),
        trial("all_of_2048_are_marked", all_of_2048_are_marked),
    ]
}

fn hold(locks: &[Lock]) -> Vec<Guard<'_>> {
    locks.iter().map(|lock| lock.acquire().expect("there is room")).collect()
}

/// A vector drops its elements in the other order, the slow one: each release looks for its lock.
fn release_newest_first<G>(mut guards: Vec<G>) {
    while guards.pop().is_some() {}
}

fn is_too_many(lock: &Lock) -> bool {
    matches!(lock.acquire(), Err(AcquireError::TooManyLocks))
}

fn one_lock_too_many_is_refused() {
    let shelf = Shelf::new(LIMIT + 1, 0);
    let (last, rest) = shelf.locks.split_last().unwrap();
    let guards = hold(rest);
    assert!(is_too_many(last) && is_too_many(last));
    // A held lock is not one more, but there is no room to find that out.
    assert!(is_too_many(&rest[0]));
    assert_eq!(last.owner(), None, "the refusal left the lock alone");
    release_newest_first(guards);
    assert!(shelf.locks.iter().all(|lock| state(lock) == State::Free));
}

fn releasing_one_makes_room() {
    let shelf = Shelf::new(LIMIT + 1, 0);
    let (last, rest) = shelf.locks.split_last().unwrap();
    let mut guards: Vec<_> = hold(rest).into_iter().map(Some).collect();
    for index in [0, LIMIT / 2, LIMIT - 1] {
        drop(guards[index].take());
        drop(last.acquire().expect("one was released"));
        assert!(last.owner().is_none() && rest[index].owner().is_none());
        guards[index] = Some(rest[index].acquire().expect("one is free"));
        assert!(is_too_many(last));
    }
    release_newest_first(guards);
}

fn all_of_2048_are_marked() {
    for end in [End::Kill, End::Exit] {
        let shelf = Shelf::new(LIMIT + 1, 0);
        die_holding(end, || {
            let guards = hold(&shelf.locks[..LIMIT]);
            assert!(is_too_many(&shelf.locks[LIMIT]));
            guards
        });
        for (index, lock) in shelf.locks.iter().enumerate() {
            let expected = if index < LIMIT { State::OwnerDied } else { State::Free };
            assert_eq!(state(lock), expected, "lock {index} after {end:?}");
        }
    }
}
