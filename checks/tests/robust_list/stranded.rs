//! A mutex released underneath a lock of ours changes the lock's links, which cannot be told from
//! corruption: the lock is stranded, and given to nobody any more, because the next owner would
//! overwrite links that the first thread's list still runs through.

use std::thread;
use std::time::Duration;

use forkstep::AcquireError;
use forkstep::process::{ExitStatus, Process};
use forkstep_checks::watchdog::{trial, waiting_for};
use libtest_mimic::Trial;

use crate::death::{ENDS, End, Sign, bury, die_holding, holder};
use crate::held::{Hands, Item, Shelf, state};
use crate::mutex::State;
use crate::order::is_refused;
use Item::{Lock as L, Mutex as M};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("stranded_lock_is_refused_to_everybody", refused_to_everybody),
        trial("stranded_lock_is_harmless_at_death", harmless_at_death),
        trial("thread_with_a_stranded_lock_goes_on", thread_goes_on),
        trial("stranded_lock_hides_no_older_lock", hides_no_older_lock),
        trial("stranded_lock_leads_nowhere", leads_nowhere),
    ]
}

/// Strands lock 0, with mutex 0.
fn strand(hands: &mut Hands<'_>) {
    hands.take(M(0));
    hands.take(L(0));
    hands.release(M(0));
    hands.release(L(0));
}

fn refused_to_everybody() {
    let shelf = Shelf::new(1, 1);
    let stranded = Sign::new();
    let looked = Sign::new();
    let process = Process::start(|| {
        strand(&mut Hands::new(&shelf));
        assert!(is_refused(&shelf.locks[0]));
        stranded.give();
        looked.await_for("a look from outside");
        assert!(is_refused(&shelf.locks[0]));
        assert!(shelf.locks[0].acquire_timeout(Duration::ZERO).is_err());
        shelf.mutexes.lock(0);
        shelf.mutexes.unlock(0);
        thread::scope(|scope| {
            let other = || {
                let refused = shelf.locks[0].acquire();
                assert!(matches!(refused, Err(AcquireError::NotRecoverable)), "{refused:?}");
            };
            scope.spawn(other).join().unwrap();
        });
    })
    .unwrap();
    stranded.await_for("a stranded lock");
    assert_eq!(state(&shelf.locks[0]), State::NotRecoverable);
    looked.give();
    waiting_for("the thread with the stranded lock");
    assert_eq!(process.join(), Ok(ExitStatus::Exited(0)));
    shelf.assert_owner_died(&[], &[L(0)]);
}

fn harmless_at_death() {
    for end in ENDS {
        let shelf = Shelf::new(3, 3);
        die_holding(end, || {
            let mut hands = Hands::new(&shelf);
            hands.take(L(1));
            hands.take(M(1));
            strand(&mut hands);
            hands.take(M(2));
            hands.take(L(2));
            hands
        });
        shelf.assert_owner_died(&[L(1), L(2), M(1), M(2)], &[L(0)]);
    }
}

fn thread_goes_on() {
    let shelf = Shelf::new(3, 3);
    let process = Process::start(|| {
        let mut hands = Hands::new(&shelf);
        strand(&mut hands);
        for _ in 0..10 {
            [L(1), M(0), L(2), M(1)].into_iter().for_each(|item| hands.take(item));
            [M(1), L(2), M(0), L(1)].into_iter().for_each(|item| hands.release(item));
        }
    });
    waiting_for("the thread with the stranded lock");
    assert_eq!(process.unwrap().join(), Ok(ExitStatus::Exited(0)));
    // Those released behind the stranded lock are stranded with it.
    shelf.assert_owner_died(&[], &[L(0)]);
}

/// The first thread's list runs through the stranded lock to older ones; nobody else can get at its
/// links, so its death still reaches those.
fn hides_no_older_lock() {
    let shelf = Shelf::new(2, 1);
    let first = holder(End::Kill, || {
        let mut hands = Hands::new(&shelf);
        hands.take(L(1));
        strand(&mut hands);
        hands
    });
    assert_eq!(state(&shelf.locks[0]), State::NotRecoverable);
    bury(&first, End::Kill);
    assert_eq!(state(&shelf.locks[1]), State::OwnerDied, "held by the first when it died");
    assert_eq!(state(&shelf.locks[0]), State::NotRecoverable);
}

/// A stranded lock vouches for no other: releasing an older lock walks no further than to it.
fn leads_nowhere() {
    let shelf = Shelf::new(2, 1);
    let process = Process::start(|| {
        let mut hands = Hands::new(&shelf);
        hands.take(L(1));
        strand(&mut hands);
        hands.release(L(1));
        assert!(is_refused(&shelf.locks[1]), "stranded behind the stranded one");
        shelf.mutexes.lock(0);
        shelf.mutexes.unlock(0);
    });
    waiting_for("the thread with the stranded locks");
    assert_eq!(process.unwrap().join(), Ok(ExitStatus::Exited(0)));
    shelf.assert_owner_died(&[], &[L(0), L(1)]);
}
