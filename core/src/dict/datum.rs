//! A key or a value, as bytes in whole words.

use serde::Serialize;
use zerocopy::IntoBytes;

use super::shard::WORD;
use crate::item::{NotEncoded, encode_into, not_encoded};

/// Up to so many words need no memory of their own.
const SHORT: usize = 8;

/// Some bytes, in words as they lie in shared memory: the last one is filled up with zeros.
#[derive(Debug)]
pub(crate) struct Datum {
    short: [u64; SHORT],
    /// Holds the words if there are more.
    long: Vec<u64>,
    /// How many bytes there are.
    len: usize,
}

/// How many words so many bytes take.
#[inline]
pub(super) fn words_of(len: usize) -> usize {
    // Half as long as `div_ceil`, and no length comes near the end of the numbers.
    len.wrapping_add(WORD - 1) / WORD
}

impl Datum {
    #[inline]
    pub(crate) fn new() -> Self {
        Self { short: [0; SHORT], long: Vec::new(), len: 0 }
    }

    /// The key of a place in a list.
    pub(crate) fn of_place(place: usize) -> Self {
        let mut key = Self::new();
        key.room_for(WORD)[0] = place as u64;
        key
    }

    /// Makes the new datum the encoding of a value.
    #[inline]
    pub(crate) fn encode<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotEncoded> {
        match encode_into(value, self.short.as_mut_bytes()) {
            Ok(len) => self.len = len,
            Err(postcard::Error::SerializeBufferFull) => {
                let bytes = postcard::to_allocvec(value).map_err(not_encoded)?;
                self.room_for(bytes.len()).as_mut_bytes()[..bytes.len()].copy_from_slice(&bytes);
            }
            Err(error) => return Err(not_encoded(error)),
        }
        Ok(())
    }

    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.words().as_bytes()[..self.len]
    }

    #[inline]
    pub(super) fn words(&self) -> &[u64] {
        match words_of(self.len) {
            words @ ..=SHORT => &self.short[..words],
            _ => &self.long,
        }
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Makes it `len` bytes long; the caller sets the words.
    #[inline]
    pub(super) fn room_for(&mut self, len: usize) -> &mut [u64] {
        self.len = len;
        match words_of(len) {
            words @ ..=SHORT => &mut self.short[..words],
            words => {
                self.long.clear();
                self.long.resize(words, 0);
                &mut self.long
            }
        }
    }
}
