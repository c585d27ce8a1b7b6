//! The peer between threads that is spread over many locks: dashmap.

use dashmap::DashMap;

use super::{BenchDict, Datum, Operations};
use crate::shared_by::ByThreads;

/// Holds the map.
#[derive(Debug)]
pub struct Sharded<K: Datum, V>(DashMap<K, V>);

impl<K: Datum, V: Datum> BenchDict<K, V> for Sharded<K, V> {
    type Shared = ByThreads;
    type Opened<'a>
        = Self
    where
        Self: 'a;
    const NAME: &'static str = "dashmap";

    fn make(keys: usize) -> Result<Self, String> {
        Ok(Self(DashMap::with_capacity(keys)))
    }

    fn open<R>(&self, body: impl FnOnce(&Self) -> R) -> R {
        body(self)
    }
}

impl<K: Datum, V: Datum> Operations<K, V> for Sharded<K, V> {
    #[inline]
    fn get(&self, key: &K) -> Option<V> {
        self.0.get(key).map(|value| *value)
    }

    #[inline]
    fn insert(&self, key: &K, value: &V) -> bool {
        self.0.insert(*key, *value).is_none()
    }

    #[inline]
    fn raise(&self, key: &K) {
        let mut value = self.0.get_mut(key).expect("a key that is there");
        *value = V::of(value.number() + 1);
    }

    fn clear(&self) {
        self.0.clear();
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}
