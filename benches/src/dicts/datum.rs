//! Keys and values of the dict bench: numbers, and bytes that carry one.

use std::fmt::{self, Debug};
use std::hash::Hash;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::queues::{read_stamp, write_stamp};

/// Is a key or a value that carries a number.
pub trait Datum: Copy + Eq + Hash + Debug + Send + Sync {
    /// How long it is in memory.
    const LEN: usize = size_of::<Self>();

    /// The same as bytes.
    type Raw: AsRef<[u8]>;

    /// Makes what carries the number.
    fn of(number: u64) -> Self;

    /// Gives the number that it carries.
    ///
    /// # Panics
    ///
    /// When it is put together from two others.
    fn number(&self) -> u64;

    /// Gives its bytes.
    fn raw(&self) -> Self::Raw;

    /// Makes it from its bytes.
    ///
    /// # Panics
    ///
    /// When they are of another length.
    fn from_raw(bytes: &[u8]) -> Self;
}

impl Datum for u64 {
    type Raw = [u8; 8];

    #[inline]
    fn of(number: u64) -> Self {
        number
    }

    #[inline]
    fn number(&self) -> u64 {
        *self
    }

    #[inline]
    fn raw(&self) -> [u8; 8] {
        self.to_le_bytes()
    }

    #[inline]
    fn from_raw(bytes: &[u8]) -> Self {
        Self::from_le_bytes(bytes.try_into().expect("8 bytes"))
    }
}

/// Is so many bytes, which begin and end with the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bytes<const N: usize>([u8; N]);

impl<const N: usize> Datum for Bytes<N> {
    type Raw = Self;

    #[inline]
    fn of(number: u64) -> Self {
        let mut bytes = [0; N];
        write_stamp(&mut bytes, number);
        Self(bytes)
    }

    #[inline]
    fn number(&self) -> u64 {
        read_stamp(&self.0)
    }

    #[inline]
    fn raw(&self) -> Self {
        *self
    }

    #[inline]
    fn from_raw(bytes: &[u8]) -> Self {
        Self(bytes.try_into().expect("all of the bytes"))
    }
}

impl<const N: usize> AsRef<[u8]> for Bytes<N> {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// As one run of bytes: an array would be described byte by byte.
impl<const N: usize> Serialize for Bytes<N> {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Bytes<N> {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(Run)
    }
}

/// Takes a run of `N` bytes.
struct Run<const N: usize>;

impl<const N: usize> Visitor<'_> for Run<N> {
    type Value = Bytes<N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{N} bytes")
    }

    #[inline]
    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Bytes<N>, E> {
        bytes.try_into().map(Bytes).map_err(|_| E::invalid_length(bytes.len(), &self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_carried_through_bytes() {
        assert_eq!(u64::from_raw(&u64::of(77).raw()).number(), 77);
        let carried = Bytes::<64>::of(77);
        assert_eq!(Bytes::<64>::from_raw(carried.raw().as_ref()).number(), 77);
        assert_eq!((u64::LEN, Bytes::<64>::LEN), (8, 64));
    }

    #[test]
    #[should_panic(expected = "an item in pieces")]
    fn halves_of_two_values_are_noticed() {
        let mut bytes = Bytes::<256>::of(1);
        bytes.0[255] = 1;
        bytes.number();
    }
}
