//! Long values that tell whether they are whole, in a dict whose table they move again and again.

use forkstep::Dict;

const LENGTH: usize = 16 << 10;
/// How many values of that length are more than a half of the dict's memory.
pub(crate) const MOVES: u32 = 4;

/// Values that are nothing but one byte, again and again.
pub(crate) type LongValues = Dict<String, Vec<u8>>;

/// Makes a dict with such a value.
pub(crate) fn dict() -> LongValues {
    let dict = Dict::builder(LENGTH * MOVES as usize).shards(1).build().unwrap();
    dict.insert("k", &of(0)).unwrap();
    dict
}

/// Makes the value of a number; its length differs too.
pub(crate) fn of(number: u32) -> Vec<u8> {
    vec![number as u8; length(number as u8)]
}

fn length(byte: u8) -> usize {
    LENGTH - usize::from(byte) * 7
}

/// Gets the value, and says of which byte it is.
pub(crate) fn expect_whole(dict: &LongValues) -> u8 {
    is_whole(&dict.get("k").unwrap().expect("nobody removes it"))
}

/// Says of which byte a value is, after a look at all.
pub(crate) fn is_whole(value: &[u8]) -> u8 {
    let first = value[0];
    let other = value.iter().position(|byte| *byte != first);
    assert_eq!(other, None, "a value of {} bytes, {first} at first", value.len());
    assert_eq!(value.len(), length(first), "of {first}");
    first
}
