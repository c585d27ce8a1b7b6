//! One value as bytes.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Up to so many bytes an item needs no memory of its own.
pub(crate) const SHORT: usize = 64;

/// An item as bytes.
#[derive(Debug)]
pub(crate) struct Item {
    short: [u8; SHORT],
    /// Holds the item if it is longer than that.
    long: Vec<u8>,
    len: usize,
}

impl Item {
    #[inline]
    pub(crate) fn new() -> Self {
        Self { short: [0; SHORT], long: Vec::new(), len: 0 }
    }

    /// The encoding of a value.
    #[inline]
    pub(crate) fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, NotEncoded> {
        let mut item = Self::new();
        item.encode(value)?;
        Ok(item)
    }

    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        if self.len <= SHORT { &self.short[..self.len] } else { &self.long }
    }

    pub(crate) fn into_vec(self) -> Vec<u8> {
        if self.len <= SHORT { self.short[..self.len].to_vec() } else { self.long }
    }

    /// Makes it what the two parts are together.
    #[inline]
    pub(crate) fn set(&mut self, first: &[u8], second: &[u8]) {
        self.len = first.len() + second.len();
        if self.len <= SHORT {
            self.short[..first.len()].copy_from_slice(first);
            if !second.is_empty() {
                self.short[first.len()..self.len].copy_from_slice(second);
            }
        } else {
            self.long = Vec::with_capacity(self.len);
            self.long.extend_from_slice(first);
            self.long.extend_from_slice(second);
        }
    }

    /// Makes it `len` bytes long, for the caller to fill in: before, they hold anything.
    #[inline]
    pub(crate) fn room_for(&mut self, len: usize) -> &mut [u8] {
        self.len = len;
        if len <= SHORT {
            return &mut self.short[..len];
        }
        self.long.resize(len, 0);
        &mut self.long
    }

    /// Makes it the encoding of a value.
    #[inline]
    pub(crate) fn encode<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotEncoded> {
        match postcard::to_slice(value, &mut self.short) {
            Ok(bytes) => self.len = bytes.len(),
            Err(postcard::Error::SerializeBufferFull) => {
                self.long = postcard::to_allocvec(value).map_err(not_encoded)?;
                self.len = self.long.len();
            }
            Err(error) => return Err(not_encoded(error)),
        }
        Ok(())
    }
}

/// A value that cannot be encoded, in the encoder's words.
#[derive(Debug)]
pub(crate) struct NotEncoded(pub(crate) String);

#[cold]
pub(crate) fn not_encoded(error: postcard::Error) -> NotEncoded {
    NotEncoded(error.to_string())
}

/// Decodes a value; if the bytes are none, says why.
#[inline]
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        Ok(_) => Err("bytes are left over".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
