//! Items that say what they are: whose, which, how long, and that nothing of them was spoilt.

use std::fmt;

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeTuple as _, Serializer};

/// From this length on an item has a name; a shorter one is empty.
pub(crate) const NAMED: usize = 3;

/// Which item of which producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Name {
    pub(crate) producer: u8,
    pub(crate) number: u16,
}

impl Name {
    fn byte(self, at: usize) -> u8 {
        let mix = at.wrapping_mul(31) ^ usize::from(self.number).wrapping_mul(101);
        (mix ^ (mix >> 8)) as u8 ^ self.producer
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "item {} of P{}", self.number, self.producer)
    }
}

/// Bytes whose encoding is the bytes themselves, so that an item may be put as a value and got as
/// bytes, and the other way round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item(pub(crate) Vec<u8>);

impl Item {
    /// Makes the item of that name and length.
    pub(crate) fn new(name: Name, length: usize) -> Self {
        if length < NAMED {
            return Self(Vec::new());
        }
        let [low, high] = name.number.to_le_bytes();
        let rest = (NAMED..length).map(|at| name.byte(at));
        Self([name.producer, low, high].into_iter().chain(rest).collect())
    }

    /// Says which item this claims to be; `None` for an empty one.
    ///
    /// # Errors
    ///
    /// Too short to claim anything.
    pub(crate) fn name(&self) -> Result<Option<Name>, String> {
        match *self.0 {
            [] => Ok(None),
            [producer, low, high, ..] => {
                Ok(Some(Name { producer, number: u16::from_le_bytes([low, high]) }))
            }
            _ => Err(format!("an item of {} bytes, which nobody puts", self.0.len())),
        }
    }

    /// Says which item this is, after a look at every byte; `length` says how long each is that
    /// somebody puts.
    ///
    /// # Errors
    ///
    /// It is nobody's, or spoilt.
    pub(crate) fn verify(
        &self,
        length: impl Fn(Name) -> Option<usize>,
    ) -> Result<Option<Name>, String> {
        let Some(name) = self.name()? else { return Ok(None) };
        let length = length(name).ok_or_else(|| format!("{name} is nobody's"))?;
        let expected = Self::new(name, length);
        if *self == expected {
            return Ok(Some(name));
        }
        let (got, expected) = (&self.0, &expected.0);
        let at = got.iter().zip(expected).position(|(a, b)| a != b);
        let lengths = format!("{} of {} bytes", got.len(), expected.len());
        Err(format!("{name} is spoilt: {lengths}, differs at {at:?}"))
    }
}

impl Serialize for Item {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(self.0.len())?;
        self.0.iter().try_for_each(|byte| tuple.serialize_element(byte))?;
        tuple.end()
    }
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_tuple(usize::MAX, AllBytes)
    }
}

struct AllBytes;

impl<'de> Visitor<'de> for AllBytes {
    type Value = Item;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut bytes: A) -> Result<Item, A::Error> {
        let mut item = Vec::new();
        // The error at the end of the input is how the end is known.
        while let Ok(Some(byte)) = bytes.next_element() {
            item.push(byte);
        }
        Ok(Item(item))
    }
}
