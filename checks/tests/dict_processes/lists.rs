//! Lists on real processes that are killed.

use std::collections::HashSet;

use forkstep::atomic::{AtomicU64, Ordering};
use forkstep::process::Process;
use forkstep::{DictWriteError, List, Region};
use forkstep_checks::watchdog::{trial, waiting_for};
use libtest_mimic::Trial;

use crate::victims::{join, kill, wait_to_be_killed};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("list_of_appenders_that_are_killed", appenders_that_are_killed),
        trial("list_that_is_full_or_empty", full_or_empty),
    ]
}

/// Who appended, and the how many-th of that process it is.
type Entry = (u64, u64);

const APPENDERS: u64 = 4;
const ROUNDS: u64 = 40;
/// Fewer than fit: 40 bytes each, and a table.
const MOST: u64 = 2_000;

/// Whatever an append returned for is there, at that place; no place is taken twice or left out.
fn appenders_that_are_killed() {
    for round in 0..ROUNDS {
        let list = List::<Entry>::new(400_000).unwrap();
        let region = Region::anonymous(1024).unwrap();
        let appended = region.place_ref([const { AtomicU64::new(0) }; APPENDERS as usize]).unwrap();
        let append = |who: u64| {
            for number in 0..MOST / APPENDERS {
                let place = list.append(&(who, number)).unwrap();
                assert_eq!(list.get(place), Ok(Some((who, number))), "nobody sets or pops");
                appended[who as usize].store(number + 1, Ordering::Relaxed);
            }
        };
        let live = |who| {
            append(who);
            if who == 0 {
                wait_to_be_killed();
            }
        };
        let start = |who| Process::start(move || live(who)).unwrap();
        let appenders: Vec<Process> = (0..APPENDERS).map(start).collect();
        waiting_for("the first appender to get so far that it is killed");
        let enough = 5 + round * 7 % 300;
        while appended[0].load(Ordering::Relaxed) < enough {
            std::thread::yield_now();
        }
        kill(&appenders[0]);
        appenders[1..].iter().for_each(join);
        expect_all_there(&list, appended);
    }
}

fn expect_all_there(list: &List<Entry>, appended: &[AtomicU64]) {
    let entries: Vec<Entry> = list.iter().map(|entry| entry.unwrap()).collect();
    // Who died may have left its last entry uncounted.
    assert!([0, 1].contains(&(entries.len() - list.len())), "{} counted", list.len());
    let place = list.append(&(APPENDERS, 0)).unwrap();
    assert_eq!((place, list.len()), (entries.len(), entries.len() + 1), "the next place");
    let different: HashSet<&Entry> = entries.iter().collect();
    assert_eq!(different.len(), entries.len(), "none is there twice");
    for (who, returned) in (0..).zip(appended) {
        let own: Vec<u64> = entries.iter().filter(|entry| entry.0 == who).map(|e| e.1).collect();
        assert!(own.iter().copied().eq(0..own.len() as u64), "P{who} out of order: {own:?}");
        let lost = returned.load(Ordering::Relaxed).saturating_sub(own.len() as u64);
        assert_eq!(lost, 0, "appends of P{who} have returned and are not there");
    }
}

fn full_or_empty() {
    let list = List::<Vec<u8>>::new(1024).unwrap();
    assert_eq!((list.pop(), list.get(0), list.set(0, &vec![1])), (Ok(None), Ok(None), Ok(false)));
    let mut places = 0;
    let full = loop {
        match list.append(&vec![7; 40]) {
            Ok(place) => assert_eq!(place, places),
            Err(error) => break error,
        }
        places += 1;
    };
    assert_eq!((full, list.len()), (DictWriteError::Full, places));
    assert!(matches!(list.append(&vec![7; 4000]), Err(DictWriteError::TooLarge { .. })));
    assert_eq!(list.pop(), Ok(Some(vec![7; 40])));
    assert_eq!(list.append(&vec![8; 40]), Ok(places - 1), "there is room again");
    list.clear().unwrap();
    assert_eq!((list.len(), list.iter().count()), (0, 0));
}
