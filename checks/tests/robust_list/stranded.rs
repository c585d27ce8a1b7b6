//! A mutex released underneath a lock of ours changes the lock's links, which cannot be told from
//! corruption: the lock is stranded, and only this thread loses it.

use std::thread;
use std::time::Duration;

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
        trial("stranded_lock_is_refused_to_its_thread_only", refused_to_its_thread_only),
        trial("stranded_lock_is_harmless_at_death", harmless_at_death),
        trial("thread_with_a_stranded_lock_goes_on", thread_goes_on),
        trial("stranded_lock_taken_by_another_hides_nothing", taken_by_another_hides_nothing),
        trial("stranded_lock_taken_by_another_leads_nowhere", taken_by_another_leads_nowhere),
    ]
}

/// Strands lock 0, with mutex 0.
fn strand(hands: &mut Hands<'_>) {
    hands.take(M(0));
    hands.take(L(0));
    hands.release(M(0));
    hands.release(L(0));
}

fn refused_to_its_thread_only() {
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
            let other = || drop(shelf.locks[0].acquire().expect("free, to another thread"));
            scope.spawn(other).join().unwrap();
        });
    })
    .unwrap();
    stranded.await_for("a stranded lock");
    assert_eq!(state(&shelf.locks[0]), State::Free);
    looked.give();
    waiting_for("the thread with the stranded lock");
    assert_eq!(process.join(), Ok(ExitStatus::Exited(0)));
    shelf.assert_owner_died(&[]);
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
        shelf.assert_owner_died(&[L(1), L(2), M(1), M(2)]);
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
    shelf.assert_owner_died(&[]);
}

/// Whoever takes the stranded lock writes links of its own into memory that the first thread's
/// list still runs through.
fn taken_by_another_hides_nothing() {
    let shelf = Shelf::new(2, 1);
    let first = holder(End::Kill, || {
        let mut hands = Hands::new(&shelf);
        hands.take(L(1));
        strand(&mut hands);
        hands
    });
    let second = holder(End::Kill, || {
        let mut hands = Hands::new(&shelf);
        hands.take(L(0));
        hands
    });
    bury(&first, End::Kill);
    assert_eq!(state(&shelf.locks[1]), State::OwnerDied, "held by the first when it died");
    assert_eq!(state(&shelf.locks[0]), State::Held, "by the second");
    bury(&second, End::Kill);
    assert_eq!(state(&shelf.locks[0]), State::OwnerDied);
}

/// The links that another process writes may be those that the first thread remembers, and what
/// lies behind them is of another address space.
fn taken_by_another_leads_nowhere() {
    let shelf = Shelf::new(2, 1);
    let (stranded, taken) = (Sign::new(), Sign::new());
    let first = Process::start(|| {
        let mut hands = Hands::new(&shelf);
        hands.take(L(1));
        strand(&mut hands);
        stranded.give();
        taken.await_for("another owner of the stranded lock");
        hands.release(L(1));
    })
    .unwrap();
    stranded.await_for("a stranded lock");
    let second = Process::start(|| {
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut hands = Hands::new(&shelf);
                hands.take(M(0));
                hands.take(L(0));
                taken.give();
                waiting_for("the end");
                loop {
                    thread::park();
                }
            });
        });
    })
    .unwrap();
    waiting_for("the first process");
    assert_eq!(first.join(), Ok(ExitStatus::Exited(0)));
    bury(&second, End::Kill);
    shelf.assert_owner_died(&[L(0), M(0)]);
}
