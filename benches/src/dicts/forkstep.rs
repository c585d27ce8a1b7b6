//! forkstep's dict.

use forkstep::Dict;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{BenchDict, Datum, Operations};
use crate::shared_by::ByProcesses;

/// What an entry takes beside the bytes of its key and its value: what the encodings add, whole
/// words, and slots of a table.
const OVERHEAD: usize = 64;

impl<K, V> BenchDict<K, V> for Dict<K, V>
where
    K: Datum + Serialize,
    V: Datum + Serialize + DeserializeOwned,
{
    type Shared = ByProcesses;
    type Opened<'a>
        = Self
    where
        Self: 'a;
    const NAME: &'static str = "forkstep::Dict";
    const REMARK: Option<&'static str> =
        Some("forkstep::Dict is made for twice the bytes that its entries take");

    fn make(keys: usize) -> Result<Self, String> {
        Dict::new(2 * keys * (K::LEN + V::LEN + OVERHEAD)).map_err(|error| error.to_string())
    }

    fn open<R>(&self, body: impl FnOnce(&Self) -> R) -> R {
        body(self)
    }
}

impl<K, V> Operations<K, V> for Dict<K, V>
where
    K: Datum + Serialize,
    V: Datum + Serialize + DeserializeOwned,
{
    #[inline]
    fn get(&self, key: &K) -> Option<V> {
        Dict::get(self, key).expect("a dict in order")
    }

    #[inline]
    fn insert(&self, key: &K, value: &V) -> bool {
        Dict::insert(self, key, value).expect("room for an entry")
    }

    #[inline]
    fn raise(&self, key: &K) {
        let raised = |value: Option<V>| V::of(value.expect("a key that is there").number() + 1);
        self.update(key, raised).expect("room for an entry");
    }

    fn clear(&self) {
        Dict::clear(self).expect("a dict in order");
    }

    fn len(&self) -> usize {
        Dict::len(self)
    }
}
