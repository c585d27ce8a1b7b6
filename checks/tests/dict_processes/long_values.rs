//! Long values that tell whether they are whole, in a dict whose table they move again and again.

use std::fmt;

use forkstep::Dict;
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};

const LENGTH: usize = 8 << 10;

/// A value that is nothing but one byte, again and again. It is copied as a whole, so that most of
/// the time is spent inside of the dict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Long(pub(crate) Vec<u8>);

pub(crate) type LongValues = Dict<String, Long>;

/// Makes a dict with such a value, and room for fewer than so many more beside it.
pub(crate) fn dict(more: u32) -> LongValues {
    let bytes = LENGTH * more as usize + 1024;
    let dict = Dict::builder(bytes).shards(1).build().unwrap();
    dict.insert("k", &of(0)).unwrap();
    dict
}

/// Makes the value of a number; its length differs too.
pub(crate) fn of(number: u32) -> Long {
    Long(vec![number as u8; length(number as u8)])
}

fn length(byte: u8) -> usize {
    LENGTH - usize::from(byte) * 7
}

/// Gets the value, and says of which byte it is.
pub(crate) fn expect_whole(dict: &LongValues) -> u8 {
    dict.get("k").unwrap().expect("nobody removes it").is_whole()
}

impl Long {
    /// Says of which byte it is, after a look at all.
    pub(crate) fn is_whole(&self) -> u8 {
        let Self(bytes) = self;
        let first = bytes[0];
        let other = bytes.iter().position(|byte| *byte != first);
        assert_eq!(other, None, "a value of {} bytes, {first} at first", bytes.len());
        assert_eq!(bytes.len(), length(first), "of {first}");
        first
    }
}

impl Serialize for Long {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Long {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(AllBytes)
    }
}

struct AllBytes;

impl Visitor<'_> for AllBytes {
    type Value = Long;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Long, E> {
        Ok(Long(bytes.to_vec()))
    }
}
