//! Locks and mutexes nested in any order: whatever is held when the thread dies is marked, and
//! nothing else.

use forkstep::{AcquireError, Lock};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;
use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence, TestRunner};

use crate::death::{ENDS, End, die_holding};
use crate::held::{Hands, Item, Shelf};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("released_in_lifo_order", released_in_lifo_order),
        trial("lock_released_underneath_a_mutex", lock_released_underneath_a_mutex),
        trial("lock_released_between_mutexes", lock_released_between_mutexes),
        trial("locks_released_in_any_order", locks_released_in_any_order),
        trial("anything_taken_and_released_in_any_order", anything_in_any_order),
    ]
}

/// Seeds of failures are kept beside the test, under version control.
pub(crate) fn runner(cases: u32) -> TestRunner {
    const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/robust_list/regressions.txt");
    let failure_persistence = Some(Box::new(FileFailurePersistence::Direct(SEEDS)) as _);
    TestRunner::new(Config { cases, failure_persistence, ..Config::default() })
}

/// Takes all of `taken`, releases all of `released`, dies: what is left is marked.
fn die_after(taken: &[Item], released: &[Item]) {
    for end in ENDS {
        let shelf = Shelf::new(3, 3);
        die_holding(end, || {
            let mut hands = Hands::new(&shelf);
            taken.iter().for_each(|&item| hands.take(item));
            released.iter().for_each(|&item| hands.release(item));
            hands
        });
        let mut expected = Expected::default();
        taken.iter().for_each(|&item| expected.take(item));
        released.iter().for_each(|&item| expected.release(item));
        shelf.assert_owner_died(&expected.held, &expected.stranded);
    }
}

use Item::{Lock as L, Mutex as M};

fn released_in_lifo_order() {
    let taken = [L(0), M(0), L(1), M(1), M(2), L(2)];
    let released: Vec<_> = taken.iter().rev().copied().collect();
    (0..=taken.len()).for_each(|count| die_after(&taken, &released[..count]));
}

fn lock_released_underneath_a_mutex() {
    die_after(&[L(0), M(0)], &[L(0)]);
    die_after(&[L(0), M(0)], &[L(0), M(0)]);
    die_after(&[L(0), L(1), M(0)], &[L(0)]);
    die_after(&[L(0), L(1), M(0)], &[L(1), L(0)]);
    die_after(&[M(0), L(1), M(1)], &[L(1)]);
    die_after(&[M(0), L(1), M(1)], &[L(1), M(0)]);
}

fn lock_released_between_mutexes() {
    die_after(&[M(0), L(0), M(1), L(1), M(2)], &[L(0), L(1), M(2), M(1)]);
    die_after(&[M(0), L(0), M(1), L(1), M(2)], &[L(0), M(1), L(1)]);
    die_after(&[L(2), M(0), L(0), M(1)], &[L(0), M(1), L(2)]);
}

fn locks_released_in_any_order() {
    let order = Just((0..24).collect::<Vec<usize>>()).prop_shuffle();
    let plan = (order, 0..=24_usize);
    let outcome = runner(64).run(&plan, |(order, released)| {
        let shelf = Shelf::new(24, 0);
        die_holding(End::Kill, || {
            let mut hands = Hands::new(&shelf);
            (0..24).for_each(|index| hands.take(L(index)));
            order[..released].iter().for_each(|&index| hands.release(L(index)));
            hands
        });
        let held: Vec<_> = order[released..].iter().map(|&index| L(index)).collect();
        shelf.assert_owner_died(&held, &[]);
        Ok(())
    });
    outcome.unwrap();
}

/// What the module doc of the robust list says about who is stranded: a lock in front of whose
/// successor a mutex was released, and whatever is released behind such a lock, stranded or not.
#[derive(Default)]
struct Expected {
    /// The newest first; true: its link no longer says what this thread wrote there.
    list: Vec<(Item, bool)>,
    held: Vec<Item>,
    stranded: Vec<Item>,
}

impl Expected {
    fn take(&mut self, item: Item) {
        self.list.insert(0, (item, false));
        self.held.push(item);
    }

    fn release(&mut self, item: Item) {
        self.held.retain(|held| *held != item);
        let at = self.list.iter().position(|(listed, _)| *listed == item).expect("it is listed");
        match item {
            Item::Mutex(_) => {
                if let Some((Item::Lock(_), damaged)) = self.list[..at].last_mut() {
                    *damaged = true;
                }
                self.list.remove(at);
            }
            Item::Lock(_) if self.list[..=at].iter().any(|(_, damaged)| *damaged) => {
                self.stranded.push(item);
            }
            Item::Lock(_) => drop(self.list.remove(at)),
        }
    }
}

/// Takes what is free and releases what is held, as `toggles` says; refuses what is stranded.
fn toggle(shelf: &Shelf, toggles: &[usize]) -> Expected {
    let items = shelf.items();
    let mut expected = Expected::default();
    for &toggle in toggles {
        let item = items[toggle % items.len()];
        if expected.held.contains(&item) {
            expected.release(item);
        } else if !expected.stranded.contains(&item) {
            expected.take(item);
        }
    }
    expected
}

fn follow<'a>(shelf: &'a Shelf, toggles: &[usize]) -> Hands<'a> {
    let items = shelf.items();
    let mut hands = Hands::new(shelf);
    let mut expected = Expected::default();
    for &toggle in toggles {
        let item = items[toggle % items.len()];
        if expected.held.contains(&item) {
            hands.release(item);
            expected.release(item);
        } else if let (Item::Lock(index), true) = (item, expected.stranded.contains(&item)) {
            assert!(is_refused(&shelf.locks[index]), "{item:?} is stranded");
        } else {
            hands.take(item);
            expected.take(item);
        }
    }
    hands
}

/// Says whether the lock is refused to this thread as corrupt.
pub(crate) fn is_refused(lock: &Lock) -> bool {
    matches!(lock.acquire(), Err(AcquireError::Corrupt))
}

fn anything_in_any_order() {
    let plan = (proptest::collection::vec(0..8_usize, 0..40), 0..ENDS.len());
    let outcome = runner(192).run(&plan, |(toggles, end)| {
        let shelf = Shelf::new(4, 4);
        die_holding(ENDS[end], || follow(&shelf, &toggles));
        let expected = toggle(&shelf, &toggles);
        shelf.assert_owner_died(&expected.held, &expected.stranded);
        Ok(())
    });
    outcome.unwrap();
}
