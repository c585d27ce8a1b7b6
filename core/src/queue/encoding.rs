//! Values as bytes, in batches.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::{GetError, PutError};
use super::ring::GRAIN;
use crate::item::{self, SHORT, encode_into, not_encoded};

/// Decodes an item; bytes that are none come back in the error.
#[inline]
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, GetError> {
    item::decode(bytes).map_err(|why| GetError::Undecodable { bytes: bytes.to_vec(), why })
}

/// Items as they will lie in the ring, one record after the other.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    records: Vec<u8>,
    /// Where each record ends.
    ends: Vec<usize>,
    /// How many of them have been dealt with.
    done: usize,
    longest: usize,
}

impl Batch {
    pub(crate) fn of<T: Serialize>(items: &[T]) -> Result<Self, PutError> {
        let mut batch = Self { ends: Vec::with_capacity(items.len()), ..Self::default() };
        batch.records.reserve(2 * GRAIN * items.len() + SHORT);
        for value in items {
            batch.push(value)?;
        }
        Ok(batch)
    }

    #[inline]
    fn push<T: Serialize>(&mut self, value: &T) -> Result<(), PutError> {
        let start = self.records.len();
        let item = start + GRAIN;
        self.records.resize(item + SHORT, 0);
        let len = match encode_into(value, &mut self.records[item..]) {
            Ok(len) => len,
            Err(postcard::Error::SerializeBufferFull) => {
                let long = postcard::to_allocvec(value).map_err(not_encoded)?;
                self.records.truncate(item);
                self.records.extend_from_slice(&long);
                long.len()
            }
            Err(error) => return Err(not_encoded(error).into()),
        };
        let end = item + len.next_multiple_of(GRAIN);
        self.records.resize(end, 0);
        self.records[start..item].copy_from_slice(&(len as u64).to_le_bytes());
        self.ends.push(end);
        self.longest = self.longest.max(len);
        Ok(())
    }

    /// The length of the longest item.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    pub(super) fn is_empty(&self) -> bool {
        self.done == self.ends.len()
    }

    /// The next records: as many as go into so many items and bytes.
    pub(super) fn next(&self, items: usize, bytes: usize) -> (usize, &[u8]) {
        let start = self.start();
        let rest = &self.ends[self.done..];
        let fitting = rest.partition_point(|end| end - start <= bytes).min(items);
        let end = fitting.checked_sub(1).map_or(start, |last| rest[last]);
        (fitting, &self.records[start..end])
    }

    /// Says that so many of them have been dealt with.
    pub(super) fn skip(&mut self, items: usize) {
        self.done += items;
    }

    fn start(&self) -> usize {
        self.done.checked_sub(1).map_or(0, |last| self.ends[last])
    }
}

/// Items that have been taken from a queue together, in order.
///
/// Each is decoded when it is asked for; one that cannot be comes as the error that says so, and
/// the others are still there. They belong to this process: if it dies, they die with it.
#[derive(Debug)]
pub struct Drain<T> {
    records: Vec<u8>,
    at: usize,
    left: usize,
    items: PhantomData<fn() -> T>,
}

impl<T> Drain<T> {
    pub(super) fn new(records: Vec<u8>, left: usize) -> Self {
        Self { records, at: 0, left, items: PhantomData }
    }

    /// The bytes of the next item. Their lengths were checked before the records were copied, and
    /// another process may have spoilt them in between: then nothing is known of the rest.
    fn next_record(&mut self) -> Option<&[u8]> {
        let (len, rest) = self.records.get(self.at..)?.split_first_chunk::<GRAIN>()?;
        let item = rest.get(..usize::try_from(u64::from_le_bytes(*len)).ok()?)?;
        self.at += GRAIN + item.len().next_multiple_of(GRAIN);
        Some(item)
    }
}

impl<T: DeserializeOwned> Iterator for Drain<T> {
    type Item = Result<T, GetError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        match self.next_record() {
            Some(item) => Some(decode(item)),
            None => {
                self.left = 0;
                Some(Err(GetError::Corrupt))
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T: DeserializeOwned> ExactSizeIterator for Drain<T> {}

#[cfg(test)]
mod tests {
    use super::{Batch, Drain, GRAIN, GetError};

    /// Two records, of which the second's length was spoilt between the look at it and the copy.
    fn with_length(len: u64) -> Drain<u32> {
        let Batch { mut records, ends, .. } = Batch::of(&[1_u32, 2]).expect("encodes");
        records[ends[0]..ends[0] + GRAIN].copy_from_slice(&len.to_le_bytes());
        Drain::new(records, 2)
    }

    #[test]
    fn lengths_that_were_spoilt_meanwhile_are_corrupt() {
        assert_eq!(with_length(1).collect::<Result<Vec<_>, _>>(), Ok(vec![1, 2]));
        for len in [9, 1 << 20, u64::MAX - 7, u64::MAX] {
            let got: Vec<_> = with_length(len).collect();
            assert_eq!(got, [Ok(1), Err(GetError::Corrupt)], "{len}");
        }
    }
}
