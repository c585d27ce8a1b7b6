//! Going through all keys and values.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::vec;

use serde::de::DeserializeOwned;

use super::datum::Datum;
use super::error::DictReadError;
use super::table::Table;
use crate::enter::Wait;

/// The keys and values of a [`Dict`](super::Dict), as [`Dict::iter`](super::Dict::iter) finds them.
///
/// A key or value that cannot be decoded comes as the error that says so, and the others are still
/// there; a shard that cannot be read comes as one error.
pub struct Iter<K, V> {
    table: Arc<Table>,
    wait: Wait,
    shard: usize,
    entries: vec::IntoIter<(Datum, Datum)>,
    decoded: PhantomData<fn() -> (K, V)>,
}

impl<K, V> Iter<K, V> {
    pub(super) fn new(table: Arc<Table>, wait: Wait) -> Self {
        Self { table, wait, shard: 0, entries: Vec::new().into_iter(), decoded: PhantomData }
    }
}

impl<K, V> fmt::Debug for Iter<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").field("shard", &self.shard).finish_non_exhaustive()
    }
}

impl<K: DeserializeOwned, V: DeserializeOwned> Iterator for Iter<K, V> {
    type Item = Result<(K, V), DictReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((key, value)) = self.entries.next() {
                return Some(
                    DictReadError::decode(&key)
                        .and_then(|key| Ok((key, DictReadError::decode(&value)?))),
                );
            }
            if self.shard == self.table.shards() {
                return None;
            }
            let entries = self.table.read_shard(self.shard, self.wait);
            self.shard += 1;
            match entries {
                Ok(entries) => self.entries = entries.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
