//! What the dict refuses, and what it says then.

use forkstep::process::{ExitStatus, Process};
use forkstep::{Dict, DictReadError, DictWriteError, Lock, Region, RegionError};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Error as _, Serialize, Serializer};

use crate::capture::capture;
use crate::victims::join;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("full_until_something_is_removed", full_until_something_is_removed),
        trial("each_shard_is_full_by_itself", each_shard_is_full_by_itself),
        trial("too_large_says_how_much", too_large_says_how_much),
        trial("undecodable_value_comes_back", undecodable_value_comes_back),
        trial("unencodable_changes_nothing", unencodable_changes_nothing),
        trial("size_that_cannot_be", size_that_cannot_be),
        trial("panic_in_an_update_changes_nothing", panic_in_an_update_changes_nothing),
        trial("update_within_an_update_is_refused", update_within_an_update_is_refused),
        trial("too_many_locks_are_refused", too_many_locks_are_refused),
    ]
}

fn full_until_something_is_removed() {
    let dict = Dict::<u32, [u64; 4]>::builder(1 << 10).shards(1).build().unwrap();
    let fill = || (0..).find(|key| dict.insert(key, &[u64::MAX; 4]).is_err()).unwrap();
    // Filled by another process, until it is refused.
    let filler = Process::start(|| i32::try_from(fill()).unwrap()).unwrap();
    let keys = u32::try_from(filler.join().unwrap().code()).unwrap();
    assert!(keys > 4, "{keys} keys of 40 bytes and more fit 1024 bytes");
    let value = [1 << 60; 4];
    assert_eq!(dict.insert(&keys, &value), Err(DictWriteError::Full));
    assert_eq!(dict.update(&keys, |_| value), Err(DictWriteError::Full));
    assert_eq!(dict.get_or_insert_with(&keys, || value), Err(DictWriteError::Full));
    assert_eq!(dict.compare_and_set(&keys, None, &value), Err(DictWriteError::Full));
    assert_eq!((dict.get(&keys), dict.len()), (Ok(None), keys as usize));
    // What is there can be changed all the same.
    for key in 0..keys {
        assert_eq!(dict.insert(&key, &value), Ok(false));
    }
    assert_eq!(dict.remove(&0), Ok(true));
    assert_eq!(dict.insert(&keys, &value), Ok(true));
    dict.clear().unwrap();
    assert_eq!(fill(), keys, "as many as before");
}

fn each_shard_is_full_by_itself() {
    let dict = Dict::<u32, Vec<u8>>::builder(1 << 10).shards(2).seed(1).build().unwrap();
    let refused = (0..64).filter(|key| dict.insert(key, &vec![0; 40]).is_err()).count();
    assert_eq!(dict.len(), 64 - refused);
    assert!(refused > 0);
    for key in 0..64 {
        let is_there = dict.contains_key(&key).unwrap();
        assert_eq!(dict.get(&key), Ok(is_there.then(|| vec![0; 40])));
    }
}

fn too_large_says_how_much() {
    let dict = Dict::<u8, Vec<u8>>::builder(1 << 10).shards(1).build().unwrap();
    // 128 words, four slots among them; a word of lengths, one of the key; two bytes of a length.
    let (max, fits) = (124 * 8, 122 * 8 - 2);
    dict.insert(&1, &vec![7; fits]).unwrap();
    let too_large = DictWriteError::TooLarge { len: max + 8, max };
    assert_eq!(dict.insert(&1, &vec![8; fits + 1]), Err(too_large.clone()));
    assert_eq!(dict.insert(&2, &vec![8; fits + 1]), Err(too_large.clone()));
    assert_eq!(dict.update(&1, |_| vec![8; fits + 1]), Err(too_large));
    assert_eq!(dict.insert(&2, &Vec::new()), Err(DictWriteError::Full));
    assert_eq!((dict.get(&1), dict.len()), (Ok(Some(vec![7; fits])), 1));
}

/// A number that is even, or it cannot be decoded; 0 cannot be encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Even(u8);

impl Serialize for Even {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            0 => Err(S::Error::custom("nothing")),
            number => serializer.serialize_u8(number),
        }
    }
}

impl<'de> Deserialize<'de> for Even {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u8::deserialize(deserializer)? {
            number if number % 2 == 0 => Ok(Self(number)),
            _ => Err(D::Error::custom("odd")),
        }
    }
}

fn undecodable_value_comes_back() {
    let dict = Dict::<u8, Even>::new(1 << 12).unwrap();
    for key in 0..4 {
        dict.insert(&key, &Even(2 + key % 2)).unwrap();
    }
    let is_3 = |error: DictReadError| match error {
        DictReadError::Undecodable { bytes, why } => bytes == [3] && !why.is_empty(),
        _ => false,
    };
    let is_written_3 = |error: DictWriteError| match error {
        DictWriteError::Undecodable { bytes, why } => bytes == [3] && !why.is_empty(),
        _ => false,
    };
    assert!(dict.get(&1).is_err_and(is_3));
    let (good, bad): (Vec<_>, Vec<_>) = dict.iter().partition(Result::is_ok);
    assert_eq!((good.len(), bad.len()), (2, 2), "the others are still there");
    assert!(bad.into_iter().all(|entry| entry.is_err_and(is_3)));
    assert!(dict.update(&1, |_| panic!("it has no old value")).is_err_and(is_written_3));
    assert!(dict.get_or_insert_with(&1, || Even(4)).is_err_and(is_written_3));
    assert_eq!(dict.contains_key(&1), Ok(true));
    // It goes by the encoding here, and there it does not matter.
    assert_eq!(dict.compare_and_set(&1, Some(&Even(3)), &Even(4)), Ok(true));
    assert_eq!(dict.insert(&1, &Even(3)), Ok(false));
    assert!(dict.take(&1).is_err_and(is_written_3));
    assert_eq!((dict.contains_key(&1), dict.len()), (Ok(false), 3), "it was removed");
}

fn unencodable_changes_nothing() {
    let dict = Dict::<u8, Even>::new(1 << 12).unwrap();
    dict.insert(&1, &Even(2)).unwrap();
    let refused = |result: Result<(), DictWriteError>| {
        assert!(matches!(result, Err(DictWriteError::Encode(_))), "{result:?}");
    };
    refused(dict.insert(&1, &Even(0)).map(drop));
    refused(dict.update(&1, |_| Even(0)).map(drop));
    refused(dict.get_or_insert_with(&2, || Even(0)).map(drop));
    refused(dict.compare_and_set(&1, Some(&Even(2)), &Even(0)).map(drop));
    assert_eq!((dict.get(&1), dict.len()), (Ok(Some(Even(2))), 1));
    let keys = Dict::<Even, u8>::new(1 << 12).unwrap();
    refused(keys.remove(&Even(0)).map(drop));
    assert!(matches!(keys.get(&Even(0)), Err(DictReadError::Encode(_))));
    assert!(matches!(keys.contains_key(&Even(0)), Err(DictReadError::Encode(_))));
}

fn size_that_cannot_be() {
    let build = |bytes, shards| Dict::<u8, u8>::builder(bytes).shards(shards).build();
    assert_eq!(Dict::<u8, u8>::new(0).unwrap_err(), RegionError::Empty);
    assert_eq!(build(1 << 12, 0).unwrap_err(), RegionError::Empty);
    for bytes in [(1 << 33) + 1, usize::MAX] {
        let max = 2 << 32;
        assert_eq!(build(bytes, 2).unwrap_err(), RegionError::TooLarge { bytes, max });
    }
    // More than the machine has: an error here, and no death later.
    let refused = build(1 << 43, 1 << 12).unwrap_err();
    assert!(matches!(refused, RegionError::NoMemory { .. }), "{refused}");
    // As small as can be: there is room for one.
    let dict = build(1, 1 << 20).unwrap();
    assert_eq!((dict.insert(&1, &2), dict.get(&1), dict.len()), (Ok(true), Ok(Some(2)), 1));
}

fn panic_in_an_update_changes_nothing() {
    let dict = Dict::<String, u32>::builder(1 << 10).shards(1).build().unwrap();
    dict.insert("n", &1).unwrap();
    for round in 1..=5 {
        let (text, status) = capture(2, || {
            let _ = dict.update("n", |_| panic!("on purpose"));
        });
        assert!(text.contains("on purpose"), "{text}");
        assert_eq!(status, ExitStatus::Exited(101));
        assert_eq!((dict.get("n"), dict.get("m")), (Ok(Some(round)), Ok(None)));
        let next =
            Process::start(|| assert_eq!(dict.update("n", |n| n.unwrap() + 1), Ok(round + 1)));
        join(&next.unwrap());
        assert_eq!(dict.len(), 1);
    }
}

/// What needs no lock is allowed there.
fn update_within_an_update_is_refused() {
    let dict = Dict::<u8, u8>::builder(1 << 10).shards(1).build().unwrap();
    dict.insert(&1, &1).unwrap();
    let updated = dict.update(&1, |_| {
        assert_eq!(dict.insert(&2, &2), Err(DictWriteError::Refused));
        assert_eq!(dict.remove(&1), Err(DictWriteError::Refused));
        assert_eq!(dict.update(&1, |_| 3), Err(DictWriteError::Refused));
        assert_eq!(dict.clear(), Err(DictWriteError::Refused));
        assert_eq!((dict.get(&1), dict.contains_key(&2)), (Ok(Some(1)), Ok(false)));
        assert_eq!(dict.iter().collect::<Vec<_>>(), [Ok((1, 1))]);
        4
    });
    assert_eq!((updated, dict.get(&1), dict.len()), (Ok(4), Ok(Some(4)), 1));
}

fn too_many_locks_are_refused() {
    let dict = Dict::<u8, u8>::new(1 << 10).unwrap();
    let region = Region::anonymous(4 << 20).unwrap();
    let locks: Vec<Lock> = (0..4096).map(|_| Lock::new_in(&region).unwrap()).collect();
    let guards: Vec<_> = locks.iter().map_while(|lock| lock.acquire().ok()).collect();
    assert!(guards.len() < locks.len(), "there is a limit");
    assert_eq!(dict.insert(&1, &1), Err(DictWriteError::Refused));
    assert_eq!(dict.clear(), Err(DictWriteError::Refused));
    assert_eq!(dict.get(&1), Ok(None));
    drop(guards);
    assert_eq!(dict.insert(&1, &1), Ok(true));
}
