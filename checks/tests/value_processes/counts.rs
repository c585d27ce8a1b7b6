//! Counters: nothing is lost, also where some are killed.

use std::thread;
use std::time::Duration;

use forkstep::process::Process;
use forkstep::{Array, Value};
use forkstep_checks::watchdog::{trial, waiting_for};
use libtest_mimic::Trial;

use crate::deaths::spin;
use crate::victims::{join, kill};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("additions_are_exact", additions_are_exact),
        trial("additions_of_bytes_wrap_around", additions_of_bytes_wrap_around),
        trial("all_ways_to_count_lose_nothing", all_ways_to_count),
        trial("holders_that_are_killed_lose_nothing", || killed_counters(0)),
        trial("updaters_that_are_killed_lose_nothing", || killed_counters(1)),
        trial("adders_that_are_killed_lose_nothing", || killed_counters(2)),
    ]
}

const PROCESSES: usize = 4;
const TIMES: u64 = 20_000;

fn in_processes(count: impl Fn(usize)) {
    let processes: Vec<_> = (0..PROCESSES).map(|n| Process::start(|| count(n)).unwrap()).collect();
    processes.iter().for_each(join);
}

fn additions_are_exact() {
    let value = Value::new(0_i64).unwrap();
    let array = Array::new(3, 0_u32).unwrap();
    in_processes(|n| {
        for time in 0..TIMES {
            value.fetch_add(if n == 0 { -1 } else { 2 });
            array.fetch_add(time as usize % 3, 1).unwrap();
        }
    });
    assert_eq!(value.get(), 5 * TIMES as i64);
    let all: u32 = array.iter().sum();
    assert_eq!(u64::from(all), PROCESSES as u64 * TIMES);
}

/// A sum that carries beyond the byte must not spoil what compares it.
fn additions_of_bytes_wrap_around() {
    let value = Value::new(0_u8).unwrap();
    in_processes(|_| {
        for _ in 0..TIMES {
            value.fetch_add(7);
        }
    });
    let sum = (7 * PROCESSES as u64 * TIMES % 256) as u8;
    assert_eq!(value.get(), sum);
    assert_eq!(value.compare_exchange(sum.wrapping_add(1), 0), Err(sum));
    assert_eq!(value.compare_exchange(sum, 200), Ok(sum));
    assert_eq!((value.fetch_add(100), value.get()), (200, 44));
    assert_eq!(value.update(|old| old + 1), Ok(45));
    assert_eq!(value.compare_exchange(45, 1), Ok(45));
}

/// One participant's way to add one to a counter.
fn add_one(value: &Value<u64>, way: usize) {
    match way {
        0 => {
            value.update(|old| old + 1).unwrap();
        }
        1 => {
            value.fetch_add(1);
        }
        2 => {
            let mut seen = value.load();
            while let Err(found) = value.compare_exchange(seen, seen + 1) {
                seen = found;
            }
        }
        _ => {
            let mut guard = value.lock().unwrap();
            guard.update(|old| old + 1).unwrap();
        }
    }
}

fn all_ways_to_count() {
    let value = Value::new(0_u64).unwrap();
    in_processes(|way| (0..TIMES).for_each(|_| add_one(&value, way)));
    assert_eq!(value.get(), PROCESSES as u64 * TIMES);
}

/// How many are killed of those that count.
const VICTIMS: usize = 60;

/// Four at a time count, each in its own place of the ledger too, until they are killed one after
/// the other. What was finished is there, and nothing but what was begun.
fn killed_counters(way: usize) {
    let value = Value::new([0_u64; 2]).unwrap();
    let number = Value::new(0_u64).unwrap();
    let begun = Array::new(VICTIMS, 0_u64).unwrap();
    let finished = Array::new(VICTIMS, 0_u64).unwrap();
    let count = |victim: usize| {
        loop {
            begun.fetch_add(victim, 1).unwrap();
            match way {
                0 => {
                    let mut guard = value.lock().unwrap();
                    let old = guard.get();
                    guard.set(old.map(|word| word + 1)).unwrap();
                }
                1 => {
                    value.update(|old| old.map(|word| word + 1)).unwrap();
                }
                _ => {
                    number.fetch_add(1);
                }
            }
            finished.fetch_add(victim, 1).unwrap();
        }
    };
    let start = |victim: usize| Process::start(|| count(victim)).unwrap();
    let mut running: Vec<_> = (0..PROCESSES).map(|victim| (victim, start(victim))).collect();
    for next in PROCESSES..VICTIMS + PROCESSES {
        let (victim, process) = running.remove(0);
        waiting_for("a participant to count");
        while finished.get(victim).unwrap() < 20 {
            thread::yield_now();
        }
        spin(Duration::from_nanos(next as u64 * 1709 % 30_000));
        kill(&process);
        if next < VICTIMS {
            running.push((next, start(next)));
        }
    }
    let (begun, finished): (u64, u64) = (begun.iter().sum(), finished.iter().sum());
    let [left, right] = if way < 2 { value.get() } else { [number.get(); 2] };
    assert_eq!(left, right);
    assert!((finished..=begun).contains(&left), "{left} of {finished} to {begun}");
    println!("{left} of {finished} to {begun} additions, {VICTIMS} killed");
}
