//! Writers that are killed: inside of an update, in the middle of long values, and where the counts
//! do not yet say what the table says.

use std::time::{Duration, Instant};

use forkstep::atomic::{AtomicU64, Ordering};
use forkstep::process::{ExitStatus, Process};
use forkstep::{Dict, DictWriteError, Region};
use forkstep_checks::backend::processes::{go_on, stop};
use forkstep_checks::watchdog::{trial, waiting_for};
use libtest_mimic::Trial;

use crate::long_values::{self, Long};
use crate::victims::{join, kill, wait_to_be_killed, wait_until_asleep};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("killed_inside_an_update", || die_inside(kill)),
        trial("stopped_and_killed_inside_an_update", || {
            die_inside(|victim| {
                stop(victim);
                kill(victim);
            });
        }),
        trial("exited_inside_an_update", exited_inside_an_update),
        trial("killed_while_writing_long_values", killed_while_writing_long_values),
        trial("killed_before_the_count", killed_before_the_count),
        trial("killed_before_the_count_of_a_new_table", killed_before_the_count_of_a_new_table),
        trial("dead_without_a_lock", dead_without_a_lock),
    ]
}

const TIMEOUT: Duration = Duration::from_millis(5);
/// A generous bound on what one scheduling delay can be.
const OVERRUN: Duration = Duration::from_millis(200);

/// Readers never notice, writers wait, and go on as soon as the victim is dead.
fn die_inside(die: fn(&Process)) {
    let dict = Dict::<String, u32>::builder(512).shards(1).build().unwrap();
    dict.insert("other", &7).unwrap();
    for round in 0..20 {
        dict.insert("n", &round).unwrap();
        let victim = Process::start(|| dict.update("n", |_| wait_to_be_killed()).map(drop));
        let victim = victim.unwrap();
        wait_until_asleep(&victim);
        expect_readers_go_on(&dict, round);
        expect_writers_time_out(&dict);
        let patient = Process::start(|| dict.update("n", |n| n.unwrap() + 1).map(drop)).unwrap();
        wait_until_asleep(&patient);
        expect_readers_go_on(&dict, round);
        die(&victim);
        join(&patient);
        assert_eq!((dict.get("n"), dict.len()), (Ok(Some(round + 1)), 2));
    }
}

/// An orderly end inside is a death as well.
fn exited_inside_an_update() {
    let dict = Dict::<String, u32>::builder(512).shards(1).build().unwrap();
    dict.insert("n", &1).unwrap();
    let exiting = Process::start(|| dict.update("n", |_| std::process::exit(3)).map(drop));
    assert_eq!(exiting.unwrap().join(), Ok(ExitStatus::Exited(3)));
    assert_eq!((dict.update("n", |n| n.unwrap() + 1), dict.len()), (Ok(2), 1));
}

fn expect_readers_go_on(dict: &Dict<String, u32>, n: u32) {
    // It would say so if it had to wait.
    let impatient = dict.with_timeout(Duration::ZERO);
    for dict in [dict, &impatient] {
        waiting_for("a reader beside a writer that is inside");
        for _ in 0..200 {
            assert_eq!((dict.get("n"), dict.get("other")), (Ok(Some(n)), Ok(Some(7))));
            assert_eq!((dict.contains_key("n"), dict.contains_key("m")), (Ok(true), Ok(false)));
            assert_eq!((dict.len(), dict.iter().filter(Result::is_ok).count()), (2, 2));
        }
    }
}

type Write<'a> = &'a dyn Fn(&Dict<String, u32>) -> Result<(), DictWriteError>;

fn expect_writers_time_out(dict: &Dict<String, u32>) {
    let timed = |write: Write<'_>| {
        for timeout in [Duration::ZERO, TIMEOUT] {
            let start = Instant::now();
            assert_eq!(write(&dict.with_timeout(timeout)), Err(DictWriteError::TimedOut));
            let overrun = start.elapsed().saturating_sub(timeout);
            assert!(overrun < OVERRUN, "a time of {timeout:?} was overrun by {overrun:?}");
        }
    };
    timed(&|dict| dict.insert("n", &0).map(drop));
    timed(&|dict| dict.insert("m", &0).map(drop));
    timed(&|dict| dict.remove("other").map(drop));
    timed(&|dict| dict.take("other").map(drop));
    timed(&|dict| dict.update("n", |_| 0).map(drop));
    timed(&|dict| dict.get_or_insert_with("other", || 0).map(drop));
    timed(&|dict| dict.compare_and_set("m", None, &0).map(drop));
    timed(&|dict| dict.clear());
}

/// How many of the long values are more than the dict has room for.
const MOVES: u32 = 4;

/// Every value that is read in between is whole, and the next writer finds all in order.
fn killed_while_writing_long_values() {
    let dict = long_values::dict(MOVES);
    dict.insert("other", &Long(vec![1; 100])).unwrap();
    let (mut reads, mut changes) = (0, 0);
    for round in 0..100_u32 {
        let victim = Process::start(|| {
            for number in 0.. {
                dict.insert("k", &long_values::of(round + number)).unwrap();
            }
        });
        let victim = victim.unwrap();
        waiting_for("values to change");
        let (first, mut seen) = (long_values::expect_whole(&dict), 0);
        let mut last = first;
        // At least so often that the table was moved, and then until some read or other.
        while seen < MOVES + round % 3 {
            let now = long_values::expect_whole(&dict);
            assert!(victim.is_alive(), "the writer has found something wrong");
            seen += u32::from(now != last);
            last = now;
            reads += 1;
        }
        kill(&victim);
        changes += seen;
        long_values::expect_whole(&dict);
        assert_eq!(dict.get("other"), Ok(Some(Long(vec![1; 100]))));
        assert_eq!(dict.insert("k", &long_values::of(round)), Ok(false));
        assert_eq!((dict.len(), dict.iter().filter(Result::is_ok).count()), (2, 2));
    }
    println!("{reads} reads saw {changes} changes between 100 kills");
}

/// How many writers are killed where the count is wrong.
const KILLS: u32 = 5;
/// The machine may stop most writers elsewhere, but not this many.
const STOPS: u32 = 50_000;

/// Until somebody writes, the length may be wrong by the one change; then it is right.
fn killed_before_the_count() {
    kill_where_the_count_is_wrong(4096, |dict| {
        dict.insert(&1, &()).unwrap();
        dict.remove(&1).unwrap();
    });
}

fn killed_before_the_count_of_a_new_table() {
    kill_where_the_count_is_wrong(128, |dict| {
        dict.insert(&1, &()).unwrap();
        dict.clear().unwrap();
    });
}

/// Stops processes that do nothing but `write` until it is in the middle of that.
fn kill_where_the_count_is_wrong(bytes: usize, write: fn(&Dict<u8, ()>)) {
    let dict = Dict::<u8, ()>::builder(bytes).shards(1).build().unwrap();
    let keys = || dict.iter().filter(Result::is_ok).count();
    let region = Region::anonymous(64).unwrap();
    let written = region.place_ref(AtomicU64::new(0)).unwrap();
    let mut stops = 0..STOPS;
    for _ in 0..KILLS {
        let victim = Process::start(|| -> () {
            loop {
                write(&dict);
                written.fetch_add(1, Ordering::Relaxed);
            }
        });
        let victim = victim.unwrap();
        let stopped_there = stops.any(|stops| {
            let before = written.load(Ordering::Relaxed);
            waiting_for("a writer that was continued");
            while written.load(Ordering::Relaxed) < before + 1 + u64::from(stops % 8) {
                assert!(victim.is_alive(), "the writer has found something wrong");
            }
            stop(&victim);
            let is_there = dict.len() != keys();
            if !is_there {
                go_on(&victim);
            }
            is_there
        });
        assert!(stopped_there, "of {STOPS} stops, too few were before the count");
        kill(&victim);
        let keys = keys();
        assert_eq!(dict.len().abs_diff(keys), 1);
        dict.remove(&2).unwrap();
        assert_eq!(dict.len(), keys);
        dict.clear().unwrap();
        assert_eq!((dict.len(), dict.contains_key(&1)), (0, Ok(false)));
    }
    println!("{KILLS} of {} stops were before the count", STOPS - stops.len() as u32);
}

/// The dead had done all it had to do.
fn dead_without_a_lock() {
    let dict = Dict::<u32, u32>::new(1 << 12).unwrap();
    for number in 0..50 {
        let victim = Process::start(|| {
            assert_eq!(dict.insert(&number, &number), Ok(true));
            wait_to_be_killed()
        });
        let victim = victim.unwrap();
        wait_until_asleep(&victim);
        kill(&victim);
        assert_eq!((dict.get(&number), dict.len()), (Ok(Some(number)), number as usize + 1));
    }
}
