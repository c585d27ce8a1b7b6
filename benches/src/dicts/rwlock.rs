//! The peer between threads that people write themselves: a `HashMap` under one `RwLock`.

use std::collections::HashMap;

use parking_lot::RwLock;

use super::{BenchDict, Datum, Operations};
use crate::shared_by::ByThreads;

/// Holds the map.
#[derive(Debug)]
pub struct RwLocked<K, V>(RwLock<HashMap<K, V>>);

impl<K: Datum, V: Datum> BenchDict<K, V> for RwLocked<K, V> {
    type Shared = ByThreads;
    type Opened<'a>
        = Self
    where
        Self: 'a;
    const NAME: &'static str = "RwLock<HashMap>";
    const REMARK: Option<&'static str> = Some("the RwLock is parking_lot's");

    fn make(keys: usize) -> Result<Self, String> {
        Ok(Self(RwLock::new(HashMap::with_capacity(keys))))
    }

    fn open<R>(&self, body: impl FnOnce(&Self) -> R) -> R {
        body(self)
    }
}

impl<K: Datum, V: Datum> Operations<K, V> for RwLocked<K, V> {
    #[inline]
    fn get(&self, key: &K) -> Option<V> {
        self.0.read().get(key).copied()
    }

    #[inline]
    fn insert(&self, key: &K, value: &V) -> bool {
        self.0.write().insert(*key, *value).is_none()
    }

    #[inline]
    fn raise(&self, key: &K) {
        let mut map = self.0.write();
        let value = map.get_mut(key).expect("a key that is there");
        *value = V::of(value.number() + 1);
    }

    fn clear(&self) {
        self.0.write().clear();
    }

    fn len(&self) -> usize {
        self.0.read().len()
    }
}
