//! Files that are no region, or none of the kind that is asked for: each is refused by a reason of
//! its own, whoever made it.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::{FileExt as _, symlink};

use forkstep::inspect::inspect;
use forkstep::named::{Kind, list};
use forkstep::{Array, JoinableQueue, Lock, NameError, Queue, RegionError, SimpleQueue, Value};
use libtest_mimic::Trial;

use crate::calls::make_fifo;
use crate::dice::{self, Dice};
use crate::names::{left, named, path_of, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("names_that_are_none", names_that_are_none),
        trial("nothing_and_something", nothing_and_something),
        trial("files_that_are_no_region", files_that_are_no_region),
        trial("things_that_are_no_file", things_that_are_no_file),
        trial("headers_that_were_spoilt", headers_that_were_spoilt),
        trial("headers_that_were_drawn", headers_that_were_drawn),
        trial("files_of_another_length", files_of_another_length),
        trial("what_cannot_be_had", what_cannot_be_had),
    ]
}

fn names_that_are_none() {
    for bad in ["", ".hidden", "-f", "a/b", "../a", "a b", "ü", "a\0b"] {
        let refused = NameError::BadName { name: bad.to_owned() };
        assert_eq!(Lock::create(bad).unwrap_err(), refused);
        assert_eq!(Lock::open(bad).unwrap_err(), refused);
        assert_eq!(forkstep::named::unlink(bad).unwrap_err(), refused);
        assert_eq!(inspect(bad).unwrap_err(), refused);
    }
}

fn nothing_and_something() {
    let name = named("thing");
    let missing = NameError::NotFound { name: name.clone() };
    assert_eq!(Lock::open(&name).unwrap_err(), missing);
    let _lock = Lock::create(&name).unwrap();
    let exists = NameError::AlreadyExists { name: name.clone() };
    assert_eq!(Lock::create(&name).unwrap_err(), exists);
    let other = NameError::OtherKind { found: Kind::Lock, expected: Kind::Queue };
    assert_eq!(Queue::<u8>::open(&name).unwrap_err(), other);
    let other = NameError::OtherKind { found: Kind::Lock, expected: Kind::JoinableQueue };
    assert_eq!(JoinableQueue::<u8>::open(&name).unwrap_err(), other);
    let value = named("value");
    let _value = Value::create(&value, 7_u64).unwrap();
    let other = NameError::OtherSize { found: 8, expected: 4 };
    assert_eq!(Value::<u32>::open(&value).unwrap_err(), other);
    let other = NameError::OtherKind { found: Kind::Value, expected: Kind::Array };
    assert_eq!(Array::<u64>::open(&value).unwrap_err(), other);
    let other = NameError::OtherKind { found: Kind::Lock, expected: Kind::SimpleQueue };
    assert_eq!(SimpleQueue::<u8>::open(&name).unwrap_err(), other);
}

fn files_that_are_no_region() {
    let name = named("file");
    let refused = NameError::NotARegion { name: name.clone() };
    for length in [0, 1, 127, 128, 4096, 70_000] {
        let bytes: Vec<u8> = (0..length).map(|n| (n * 7) as u8).collect();
        fs::write(path_of(&name), bytes).unwrap();
        assert_eq!(Lock::open(&name).unwrap_err(), refused, "{length} bytes");
        let exists = NameError::AlreadyExists { name: name.clone() };
        assert_eq!(Lock::create(&name).unwrap_err(), exists);
        assert_eq!(listed(&name), Err(refused.clone()));
    }
    fs::remove_file(path_of(&name)).unwrap();
}

fn listed(name: &str) -> Result<Kind, NameError> {
    let all = list().unwrap();
    let own = all.into_iter().find(|listed| listed.name == name).unwrap();
    own.region.map(|region| region.kind)
}

fn things_that_are_no_file() {
    let (name, target) = (named("thing"), named("target"));
    let path = path_of(&name);
    let refused = NameError::NotARegion { name: name.clone() };
    let _lock = Lock::create(&target).unwrap();
    symlink(path_of(&target), &path).unwrap();
    assert_eq!(Lock::open(&name).unwrap_err(), refused, "a link");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert_eq!(Lock::open(&name).unwrap_err(), refused, "a folder");
    assert_eq!(forkstep::named::unlink(&name).unwrap_err(), refused);
    fs::remove_dir(&path).unwrap();
    make_fifo(&path);
    assert_eq!(Lock::open(&name).unwrap_err(), refused, "a pipe");
    assert_eq!(listed(&name), Err(refused));
    fs::remove_file(&path).unwrap();
}

/// Writes a word over one of the header of a file; the offsets are those of its layout.
fn spoil(file: &File, at: u64, word: u64) -> u64 {
    let mut before = [0; 8];
    file.read_exact_at(&mut before, at).unwrap();
    file.write_all_at(&word.to_ne_bytes(), at).unwrap();
    u64::from_ne_bytes(before)
}

const MAGIC: u64 = 0;
const VERSION: u64 = 8;
const SIZE: u64 = 16;
const KIND: u64 = 32;
const PARAMETERS: u64 = 40;

fn headers_that_were_spoilt() {
    let name = named("spoilt");
    let _queue = Queue::<u8>::create(&name, 3).unwrap();
    let file = File::options().read(true).write(true).open(path_of(&name)).unwrap();
    let opened_with = |at, word| {
        let before = spoil(&file, at, word);
        let error = Queue::<u8>::open(&name).expect_err("it is spoilt");
        assert_eq!(inspect(&name), Err(error.clone()));
        spoil(&file, at, before);
        drop(Queue::<u8>::open(&name).expect("it is whole again"));
        error
    };
    assert_eq!(opened_with(MAGIC, 1), NameError::NotARegion { name: name.clone() });
    let version = NameError::OtherVersion { found: 99, expected: 2 };
    assert_eq!(opened_with(VERSION, 99), version);
    assert!(matches!(opened_with(SIZE, 4096), NameError::WrongSize { expected: 4096, .. }));
    assert_eq!(opened_with(KIND, 77), NameError::UnknownKind { number: 77 });
    for (parameter, word) in [(0, 0), (0, u64::MAX), (1, 0), (1, u64::MAX), (2, 1), (5, 1)] {
        let error = opened_with(PARAMETERS + 8 * parameter, word);
        let NameError::OtherLayout { kind: Kind::Queue, parameters } = error else {
            panic!("parameter {parameter} was {word}: {error}")
        };
        assert_eq!(parameters[parameter as usize], word);
    }
    let other = opened_with(PARAMETERS + 8, 1 << 20);
    assert!(matches!(other, NameError::WrongSize { .. }), "{other}");
    let tasks = named("spoilt.tasks");
    let _tasks = JoinableQueue::<u8>::create(&tasks, 3).unwrap();
    let file = File::options().read(true).write(true).open(path_of(&tasks)).unwrap();
    for (parameter, word) in [(0, 0), (0, u64::MAX), (1, 0), (2, 0), (2, u64::MAX), (3, 0)] {
        let before = spoil(&file, PARAMETERS + 8 * parameter, word);
        let error = JoinableQueue::<u8>::open(&tasks).unwrap_err();
        assert!(matches!(error, NameError::OtherLayout { .. }), "{parameter}, {word}: {error}");
        spoil(&file, PARAMETERS + 8 * parameter, before);
    }
}

const DRAWN: u32 = 20_000;
/// Words at which sizes are cut off, added up to too much, or shifted out.
const EDGES: [u64; 16] = [
    0,
    1,
    2,
    3,
    7,
    8,
    64,
    4096,
    1 << 20,
    1 << 24,
    1 << 30,
    1 << 32,
    1 << 46,
    1 << 61,
    1 << 63,
    u64::MAX,
];

/// Whatever a header says, opening it ends with an error or something that can be looked at.
fn headers_that_were_drawn() {
    let name = named("drawn");
    let _lock = Lock::create(&name).unwrap();
    let file = File::options().read(true).write(true).open(path_of(&name)).unwrap();
    let mut dice = Dice::new(dice::seed());
    let mut opened = 0;
    for _ in 0..DRAWN {
        spoil(&file, KIND, dice.roll(10));
        for parameter in 0..6 {
            let edge = EDGES[dice.roll(EDGES.len() as u64) as usize];
            // Most kinds leave the last ones unused.
            let word = if dice.roll(6) < parameter { 0 } else { edge.wrapping_sub(dice.roll(2)) };
            spoil(&file, PARAMETERS + 8 * parameter, word);
        }
        match inspect(&name) {
            Ok(seen) => {
                opened += 1;
                assert!(!seen.to_string().is_empty());
            }
            Err(
                NameError::OtherLayout { .. }
                | NameError::WrongSize { .. }
                | NameError::UnknownKind { .. },
            ) => {}
            Err(other) => panic!("{other}"),
        }
    }
    println!("{DRAWN} headers drawn, {opened} of them of something that could be");
}

fn files_of_another_length() {
    let name = named("length");
    let mut lock = Lock::create(&name).unwrap();
    lock.keep().unwrap();
    drop(lock);
    let mut file = File::options().append(true).open(path_of(&name)).unwrap();
    for found in [4095, 128, 8192] {
        file.set_len(found).unwrap();
        let wrong = NameError::WrongSize { found, expected: 4096 };
        assert_eq!(Lock::open(&name).unwrap_err(), wrong);
    }
    file.set_len(4096).unwrap();
    drop(Lock::open(&name).unwrap());
    file.write_all(b"more").unwrap();
    let wrong = NameError::WrongSize { found: 4100, expected: 4096 };
    assert_eq!(Lock::open(&name).unwrap_err(), wrong);
    forkstep::named::unlink(&name).unwrap();
}

fn what_cannot_be_had() {
    let name = named("absurd");
    let none = Queue::<u8>::create(&name, 0).unwrap_err();
    assert_eq!(none, NameError::Region(RegionError::Empty));
    let much = Queue::<u8>::create(&name, usize::MAX).unwrap_err();
    assert!(matches!(much, NameError::Region(RegionError::TooLarge { .. })), "{much}");
    // More than the machine has.
    let tasks = JoinableQueue::<u8>::builder(1 << 20).task_bytes(1 << 25).create(&name);
    let much = tasks.unwrap_err();
    assert!(matches!(much, NameError::Region(RegionError::NoMemory { .. })), "{much}");
    let long = JoinableQueue::<u8>::builder(3).task_bytes(usize::MAX).create(&name).unwrap_err();
    assert!(matches!(long, NameError::Region(RegionError::TooLarge { .. })), "{long}");
    assert!(left().is_empty());
}
