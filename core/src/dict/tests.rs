//! The dict against a map, in one process.

use std::collections::HashMap;

use super::shard::Word;
use super::writer::Shard;
use super::{Dict, DictReadError, DictWriteError};

/// Numbers that look random, the same ones each time.
fn draws(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (state >> 33) % below
    }
}

fn assert_same(dict: &Dict<u64, Vec<u8>>, map: &HashMap<u64, Vec<u8>>) {
    assert_eq!(dict.len(), map.len());
    let entries: HashMap<_, _> = dict.iter().map(|entry| entry.expect("decodes")).collect();
    assert_eq!(&entries, map);
    for key in 0..40 {
        assert_eq!(dict.get(&key).expect("reads").as_ref(), map.get(&key));
        assert_eq!(dict.contains_key(&key), Ok(map.contains_key(&key)));
    }
}

#[test]
fn a_dict_does_what_a_map_does() {
    for (seed, bytes, shards) in [(1, 600, 1), (2, 5_000, 1), (3, 8_000, 4), (4, 100_000, 16)] {
        let dict = Dict::builder(bytes).shards(shards).seed(seed).build().expect("memory");
        let (mut map, mut draw) = (HashMap::new(), draws(seed));
        let mut refused = 0;
        for step in 0..4_000 {
            let (key, len) = (draw(40), draw(if step % 7 == 0 { 150 } else { 20 }));
            let value = vec![key as u8; len as usize];
            match draw(10) {
                0..6 => match dict.insert(&key, &value) {
                    Ok(new) => assert_eq!(new, map.insert(key, value).is_none()),
                    Err(DictWriteError::Full) => refused += 1,
                    Err(error) => panic!("{error}"),
                },
                6..9 => assert_eq!(dict.take(&key), Ok(map.remove(&key))),
                _ if draw(50) == 0 => {
                    dict.clear().expect("clears");
                    map.clear();
                }
                _ => assert_eq!(dict.remove(&key), Ok(map.remove(&key).is_some())),
            }
            if step % 100 == 0 {
                assert_same(&dict, &map);
            }
        }
        assert_same(&dict, &map);
        assert_eq!(refused > 0, bytes < 5_000, "{refused} refused of {bytes} bytes");
    }
}

#[test]
fn changes_in_one_step() {
    let dict = Dict::<String, u64>::new(1 << 12).expect("memory");
    assert_eq!(dict.update("n", |n| n.unwrap_or(40) + 1), Ok(41));
    assert_eq!(dict.update("n", |n| n.unwrap_or(40) + 1), Ok(42));
    assert_eq!(dict.get_or_insert_with("n", || 1), Ok(42));
    assert_eq!(dict.get_or_insert_with("m", || 1), Ok(1));
    assert_eq!(dict.compare_and_set("m", Some(&2), &3), Ok(false));
    assert_eq!(dict.compare_and_set("m", Some(&1), &3), Ok(true));
    assert_eq!(dict.compare_and_set("k", None, &5), Ok(true));
    assert_eq!(dict.compare_and_set("k", None, &6), Ok(false));
    assert_eq!((dict.get("m"), dict.get("k")), (Ok(Some(3)), Ok(Some(5))));
    let inner = dict.update("n", |_| {
        assert_eq!(dict.insert("n", &0), Err(DictWriteError::Refused));
        7
    });
    assert_eq!((inner, dict.get("n")), (Ok(7), Ok(Some(7))));
}

#[test]
fn a_change_that_panics_changes_nothing() {
    let dict = Dict::<u8, u8>::new(1 << 12).expect("memory");
    dict.insert(&1, &1).expect("room");
    let panics = || dict.update(&1, |_| panic!("on purpose"));
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(panics)).expect_err("it panics");
    assert_eq!(dict.update(&1, |old| old.unwrap_or(0) + 1), Ok(2));
}

#[test]
fn what_does_not_fit_is_refused() {
    let dict = Dict::<u8, Vec<u8>>::builder(1_000).shards(1).build().expect("memory");
    let error = dict.insert(&1, &vec![0; 2_000]).expect_err("too large");
    let DictWriteError::TooLarge { len, max } = error else { panic!("{error}") };
    assert!(len > max && max < 1_000, "{len}, {max}");
    dict.insert(&1, &vec![1; max - 24]).expect("the largest fits");
    dict.insert(&1, &vec![2; max - 24]).expect("and can be written over");
    assert_eq!(dict.insert(&2, &vec![1; 8]), Err(DictWriteError::Full));
    assert_eq!(dict.get(&1), Ok(Some(vec![2; max - 24])));
    assert_eq!(dict.remove(&1), Ok(true));
    assert_eq!(dict.insert(&2, &vec![1; 8]), Ok(true));
}

#[test]
fn what_cannot_be_decoded_comes_back_as_bytes() {
    let dict = Dict::<u8, Vec<u8>>::new(1_000).expect("memory");
    dict.insert(&1, &vec![200; 3]).expect("room");
    // The same memory, seen as another type.
    let other = Dict::<u8, String> {
        table: dict.table.clone(),
        timeout: None,
        entries: std::marker::PhantomData,
    };
    assert!(
        matches!(other.get(&1), Err(DictReadError::Undecodable { bytes, .. }) if bytes.len() == 4)
    );
    assert!(matches!(other.iter().next(), Some(Err(DictReadError::Undecodable { .. }))));
    assert!(matches!(other.take(&1), Err(DictWriteError::Undecodable { .. })));
    assert_eq!(dict.len(), 0);
}

/// Two keys whose search starts at the same slot, and who have the same bits there.
#[test]
fn keys_are_told_apart_when_their_slots_are_not() {
    let mut seen = HashMap::new();
    let mut keys = 0_u64..;
    let (first, second) = loop {
        let key = keys.next().expect("one in some ten thousand collides with one before");
        let mut datum = super::Datum::new();
        datum.encode(&key).expect("encodes");
        let tag = super::key::Key::new(&datum, &rapidhash::v3::RapidSecrets::seed(5)).tag().0;
        if let Some(first) = seen.insert(tag, key) {
            break (first, key);
        }
    };
    let dict = Dict::<u64, u64>::builder(4096).shards(1).seed(5).build().expect("memory");
    assert_eq!(dict.insert(&first, &1), Ok(true));
    assert_eq!(dict.get(&second), Ok(None));
    assert_eq!(dict.insert(&second, &2), Ok(true));
    assert_eq!((dict.get(&first), dict.get(&second)), (Ok(Some(1)), Ok(Some(2))));
    assert_eq!((dict.remove(&first), dict.get(&second)), (Ok(true), Ok(Some(2))));
}

/// A dict of one shard with one long value, in which another process has spoilt something.
fn spoilt(spoil: impl FnOnce(Shard<'_>)) -> Dict<u64, Vec<u8>> {
    let dict = Dict::builder(1 << 15).shards(1).build().expect("memory");
    dict.insert(&1, &vec![1; 10_000]).expect("room");
    spoil(dict.table.parts()[0].shard());
    dict
}

#[test]
fn many_slots_that_name_one_long_entry_do_not_take_all_memory() {
    let dict = spoilt(|shard| {
        let half = shard.halves[0];
        let named = half.iter().map(Word::slot).find(|slot| slot.names_entry()).expect("one is");
        half[..64].iter().for_each(|word| word.commit(named));
    });
    // Each copy would be 10,000 bytes; in a large dict they would be more than the machine has.
    assert_eq!(dict.iter().map(|entry| entry.map(drop)).collect::<Vec<_>>(), [CORRUPT]);
}

#[test]
fn counts_at_their_ends_are_wrong_data() {
    let dict = Dict::<u64, u64>::builder(1 << 14).shards(4).build().expect("memory");
    dict.table.parts().iter().for_each(|part| part.shard().counts.set(usize::MAX, usize::MAX));
    assert_eq!(dict.len(), usize::MAX);
    assert_eq!(dict.table.sight().keys, usize::MAX);
    for key in 0..100_u64 {
        dict.insert(&key, &key).expect("room");
    }
    assert_eq!(dict.get(&7), Ok(Some(7)));
}

const CORRUPT: Result<(), DictReadError> = Err(DictReadError::Corrupt);
