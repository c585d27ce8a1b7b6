//! Values as bytes, one by one and in batches.

use std::marker::PhantomData;

use postcard::ser_flavors::Flavor;
use serde::Serialize;
use serde::de::DeserializeOwned;
use smallvec::SmallVec;

use super::error::{GetError, PutError};
use super::ring::GRAIN;

/// An item as bytes: short ones need no memory of their own.
pub(crate) type Item = SmallVec<[u8; 128]>;

/// Appends what the encoder writes.
struct Append<'a>(&'a mut Item);

impl Flavor for Append<'_> {
    type Output = ();

    #[inline]
    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    #[inline]
    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    #[inline]
    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

#[inline]
fn append<T: Serialize>(item: &T, to: &mut Item) -> Result<(), PutError> {
    postcard::serialize_with_flavor(item, Append(to))
        .map_err(|error| PutError::Encode(error.to_string()))
}

/// Encodes an item.
#[inline]
pub(crate) fn encode<T: Serialize>(item: &T) -> Result<Item, PutError> {
    let mut bytes = Item::new();
    append(item, &mut bytes)?;
    Ok(bytes)
}

/// Decodes an item; bytes that are none come back in the error.
#[inline]
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, GetError> {
    let undecodable = |why| GetError::Undecodable { bytes: bytes.to_vec(), why };
    match postcard::take_from_bytes(bytes) {
        Ok((item, [])) => Ok(item),
        Ok(_) => Err(undecodable("bytes are left over".to_owned())),
        Err(error) => Err(undecodable(error.to_string())),
    }
}

/// Items as they will lie in the ring, one record after the other.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    records: Item,
    /// Where each record ends.
    ends: Vec<usize>,
    /// How many of them have been dealt with.
    done: usize,
    longest: usize,
}

impl Batch {
    pub(crate) fn of<T: Serialize>(items: &[T]) -> Result<Self, PutError> {
        let mut batch = Self { ends: Vec::with_capacity(items.len()), ..Self::default() };
        for item in items {
            let start = batch.records.len();
            batch.records.extend_from_slice(&[0; GRAIN]);
            append(item, &mut batch.records)?;
            let len = batch.records.len() - start - GRAIN;
            batch.records[start..start + GRAIN].copy_from_slice(&(len as u64).to_le_bytes());
            batch.records.resize(batch.records.len().next_multiple_of(GRAIN), 0);
            batch.ends.push(batch.records.len());
            batch.longest = batch.longest.max(len);
        }
        Ok(batch)
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
}

impl<T: DeserializeOwned> Iterator for Drain<T> {
    type Item = Result<T, GetError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let (len, rest) = self.records[self.at..].split_first_chunk::<GRAIN>()?;
        // The lengths were checked when the records were taken.
        let len = u64::from_le_bytes(*len) as usize;
        self.at += GRAIN + len.next_multiple_of(GRAIN);
        Some(decode(&rest[..len]))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T: DeserializeOwned> ExactSizeIterator for Drain<T> {}
