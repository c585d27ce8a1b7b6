//! Readers that are stopped while the table is moved, and those far down the family.

use std::time::Duration;

use forkstep::atomic::{AtomicU64, Ordering};
use forkstep::process::Process;
use forkstep::{Dict, DictReadError, Region};
use forkstep_checks::backend::processes::{go_on, stop};
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
        trial("readers_of_a_table_that_moves", readers_of_a_table_that_moves),
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
            assert!(reader.is_alive(), "the reader has found something wrong");
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

/// They see the count of each writer grow, whatever moves meanwhile.
fn readers_beside_greedy_writers() {
    const LAST: u64 = 20_000;
    let dict = Dict::<u64, u64>::builder(512).shards(1).build().unwrap();
    let writers = [0, 1].map(|key| {
        let count = || {
            for count in 0..=LAST {
                dict.insert(&key, &count).unwrap();
            }
        };
        Process::start(count).unwrap()
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

/// How many keys the table has that is moved at nearly every write.
const KEYS: u64 = 200;

/// The table is moved while they look, again and again, until they ask for the lock, if the machine
/// runs them side by side for so long; and then who has it may die.
fn readers_of_a_table_that_moves() {
    // 512 slots, three words for each key, and three more entries.
    let bytes = 8 * (512 + 3 * (KEYS as usize + 3));
    let dict = &Dict::<u64, u64>::builder(bytes).shards(1).build().unwrap();
    for key in 0..KEYS {
        dict.insert(&key, &0).unwrap();
    }
    let region = Region::anonymous(64).unwrap();
    let refused = region.place_ref(AtomicU64::new(0)).unwrap();
    for _ in 0..10 {
        let writers = [0, 1].map(|_| Process::start(|| write_on(dict)).unwrap());
        let readers = [0, 1].map(|_| Process::start(|| iterate_often(dict, refused)).unwrap());
        kill(&writers[0]);
        readers.iter().for_each(join);
        kill(&writers[1]);
        assert_eq!((dict.insert(&0, &0), dict.len()), (Ok(false), KEYS as usize));
    }
    let refused = refused.load(Ordering::Relaxed);
    println!("{refused} readers came to need the lock, and would not wait");
}

fn write_on(dict: &Dict<u64, u64>) {
    for number in 0.. {
        dict.insert(&(number % KEYS), &number).unwrap();
    }
}

/// Meets each key once, whether it waits or not.
fn iterate_often(dict: &Dict<u64, u64>, refused: &AtomicU64) {
    let impatient = dict.with_timeout(Duration::ZERO);
    for number in 0..200 {
        let dict = if number % 2 == 0 { dict } else { &impatient };
        match dict.iter().collect::<Result<Vec<_>, _>>() {
            Ok(mut entries) => {
                entries.sort_unstable();
                assert!(entries.iter().map(|(key, _)| *key).eq(0..KEYS), "{entries:?}");
            }
            Err(error) => {
                assert_eq!((error, number % 2), (DictReadError::TimedOut, 1));
                refused.fetch_add(1, Ordering::Relaxed);
            }
        }
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
