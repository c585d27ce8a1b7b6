//! Readers that are stopped while the table is moved, and those far down the family.

#![allow(unsafe_code, reason = "continues a child that was stopped: a raw call into the kernel")]

use std::hint;

use forkstep::atomic::{AtomicU64, Ordering};
use forkstep::process::Process;
use forkstep::{Dict, Region};
use forkstep_checks::backend::processes::stop;
use forkstep_checks::watchdog::{trial, waiting_for};
use libtest_mimic::Trial;

use crate::long_values::{self, LongValues};
use crate::victims::{join, kill};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("reader_stopped_in_a_get", || {
            stopped_for_long(|dict| {
                long_values::expect_whole(dict);
            });
        }),
        trial("reader_stopped_in_an_iteration", || stopped_for_long(iterate)),
        trial("readers_beside_greedy_writers", readers_beside_greedy_writers),
        trial("readers_that_come_to_need_the_lock", readers_that_come_to_need_the_lock),
        trial("grandchild_uses_the_dict", grandchild_uses_the_dict),
    ]
}

/// How many of the long values are more than the dict has room for.
const MOVES: u32 = 4;

fn iterate(dict: &LongValues) {
    let entries: Vec<_> = dict.iter().map(Result::unwrap).collect();
    assert_eq!(entries.len(), 1, "the key is there all the time");
    assert_eq!(entries[0].0, "k");
    entries[0].1.is_whole();
}

/// While a reader is stopped, wherever that is, its table is written over many times.
fn stopped_for_long(read: fn(&LongValues)) {
    let dict = long_values::dict(MOVES);
    let region = Region::anonymous(128).unwrap();
    let reads = region.place_ref(AtomicU64::new(0)).unwrap();
    let over = region.place_ref(AtomicU64::new(0)).unwrap();
    let reader = Process::start(|| {
        while over.load(Ordering::Relaxed) == 0 {
            read(&dict);
            reads.fetch_add(1, Ordering::Relaxed);
        }
    });
    let reader = reader.unwrap();
    for round in 0..100 {
        let before = reads.load(Ordering::Relaxed);
        waiting_for("a reader that was continued");
        while reads.load(Ordering::Relaxed) < before + 2 + round % 5 {
            hint::spin_loop();
        }
        stop(&reader);
        // An even number of moves and an odd one, so that either half is in use at the end.
        for number in 0..8 * MOVES + round as u32 % 2 * MOVES / 2 {
            dict.insert("k", &long_values::of(number)).unwrap();
        }
        go_on(&reader);
    }
    over.store(1, Ordering::Relaxed);
    join(&reader);
}

/// Lets a process go on that was stopped.
pub(crate) fn go_on(process: &Process) {
    // SAFETY: kill touches no memory; the child is not reaped, so the number is its own.
    assert_eq!(unsafe { libc::kill(process.pid(), libc::SIGCONT) }, 0);
}

/// They see the count of each writer grow, whatever moves meanwhile.
fn readers_beside_greedy_writers() {
    const LAST: u64 = 20_000;
    let dict = Dict::<u64, u64>::builder(512).shards(1).build().unwrap();
    let writers = [0, 1].map(|key| {
        let count = move |dict: &Dict<u64, u64>| {
            (0..=LAST).for_each(|count| drop(dict.insert(&key, &count).unwrap()));
        };
        let dict = dict.clone();
        Process::start(move || count(&dict)).unwrap()
    });
    let mut last = [None; 2];
    let mut reads = 0_u64;
    while last != [Some(LAST); 2] {
        for (key, last) in last.iter_mut().enumerate() {
            let now = dict.get(&(key as u64)).unwrap();
            assert!(now >= *last, "{now:?} after {last:?}");
            *last = now;
            reads += 1;
        }
    }
    writers.iter().for_each(join);
    println!("{reads} reads beside {} inserts", 2 * LAST);
}

/// The table is moved while they look, again and again, until they ask for the lock; then whoever
/// has it may die.
fn readers_that_come_to_need_the_lock() {
    let dict = long_values::dict(1);
    for round in 0..20 {
        let writer = Process::start(|| -> () {
            for number in 0.. {
                dict.insert("k", &long_values::of(number)).unwrap();
            }
        });
        let readers = [0, 1].map(|_| {
            let read = || {
                for _ in 0..200 {
                    long_values::expect_whole(&dict);
                    iterate(&dict);
                }
            };
            Process::start(read).unwrap()
        });
        let writer = writer.unwrap();
        if round % 2 == 0 {
            kill(&writer);
        }
        readers.iter().for_each(join);
        if round % 2 == 1 {
            kill(&writer);
        }
        assert_eq!((dict.insert("k", &long_values::of(round)), dict.len()), (Ok(false), 1));
    }
}

fn grandchild_uses_the_dict() {
    let dict = Dict::<String, u32>::new(1 << 12).unwrap();
    dict.insert("n", &1).unwrap();
    let child = Process::start(|| {
        let grandchild = Process::start(|| {
            assert_eq!(dict.get("n"), Ok(Some(1)));
            assert_eq!(dict.update("n", |n| n.unwrap() + 1), Ok(2));
            assert_eq!(dict.clone().insert("m", &3), Ok(true));
        });
        join(&grandchild.unwrap());
        assert_eq!(dict.take("m"), Ok(Some(3)));
    });
    join(&child.unwrap());
    assert_eq!((dict.get("n"), dict.get("m"), dict.len()), (Ok(Some(2)), Ok(None), 1));
}
