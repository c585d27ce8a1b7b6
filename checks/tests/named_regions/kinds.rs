//! Each kind of region, opened again, filled by one handle and read by another, and looked at.

use forkstep::inspect::{Sight, inspect};
use forkstep::named::Kind;
use forkstep::{Array, Dict, List, NameError, RegionError, Value};
use libtest_mimic::Trial;

use crate::names::{named, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("dicts_and_lists_are_shared_by_name", dicts_and_lists),
        trial("values_and_arrays_are_shared_by_name", values_and_arrays),
        trial("values_of_another_size_are_refused", values_of_another_size),
    ]
}

fn dicts_and_lists() {
    let (dict, list) = (named("dict"), named("list"));
    let made = Dict::<String, u64>::builder(1 << 16).shards(2).create(&dict).unwrap();
    let opened = Dict::<String, u64>::open(&dict).unwrap();
    for n in 0..1000 {
        opened.insert(&format!("key {n}"), &n).unwrap();
        assert_eq!(made.get(&format!("key {n}")), Ok(Some(n)), "the same seed and places");
    }
    let Sight::Dict(sight) = inspect(&dict).unwrap().sight else { panic!("it is a dict") };
    assert_eq!((sight.keys, sight.shards.len()), (1000, 2));
    assert!(sight.shards.iter().all(|shard| shard.moves > 0 && shard.slots >= Some(512)));
    let made = List::<u64>::create(&list, 4096).unwrap();
    let opened = List::<u64>::open(&list).unwrap();
    assert_eq!((made.append(&7), opened.append(&8)), (Ok(0), Ok(1)));
    assert_eq!((opened.get(0), made.get(1)), (Ok(Some(7)), Ok(Some(8))));
    let Sight::Dict(sight) = inspect(&list).unwrap().sight else { panic!("it is a list") };
    assert_eq!((sight.keys, sight.shards.len()), (2, 1));
}

fn values_and_arrays() {
    let (value, array) = (named("value"), named("array"));
    let made = Value::create(&value, [1_u64, 2, 3]).unwrap();
    let opened = Value::<[u64; 3]>::open(&value).unwrap();
    assert_eq!(opened.get(), [1, 2, 3], "it had its value before it had its name");
    opened.set([4, 5, 6]).unwrap();
    assert_eq!(made.get(), [4, 5, 6]);
    let guard = made.lock().unwrap();
    let Sight::Values(sight) = inspect(&value).unwrap().sight else { panic!("it is a value") };
    assert_eq!((sight.len, sight.value_bytes), (1, 24));
    assert_eq!(sight.lock.owner.map(|owner| owner.pid()), Some(std::process::id()));
    drop(guard);
    let made = Array::create(&array, &[1_u16, 2, 3]).unwrap();
    let opened = Array::<u16>::open(&array).unwrap();
    opened.set(1, 20).unwrap();
    assert_eq!(made.iter().collect::<Vec<_>>(), [1, 20, 3]);
    let Sight::Values(sight) = inspect(&array).unwrap().sight else { panic!("it is an array") };
    assert_eq!((sight.len, sight.value_bytes), (3, 2));
    let none = Array::<u16>::create(&named("none"), &[]).unwrap_err();
    assert_eq!(none, NameError::Region(RegionError::Empty));
}

fn values_of_another_size() {
    let (value, array) = (named("value"), named("array"));
    let _value = Value::create(&value, 1_u64).unwrap();
    let _array = Array::create(&array, &[1_u32; 4]).unwrap();
    let other = NameError::OtherSize { found: 8, expected: 4 };
    assert_eq!(Value::<u32>::open(&value).unwrap_err(), other);
    let other = NameError::OtherSize { found: 4, expected: 8 };
    assert_eq!(Array::<f64>::open(&array).unwrap_err(), other);
    let other = NameError::OtherKind { found: Kind::Array, expected: Kind::Value };
    assert_eq!(Value::<u32>::open(&array).unwrap_err(), other);
}
