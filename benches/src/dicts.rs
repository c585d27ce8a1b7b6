//! Puts forkstep's dict and its peers behind one trait.

mod dashmap;
mod datum;
mod forkstep;
mod lmdb;
mod rwlock;

pub use dashmap::Sharded;
pub use datum::{Bytes, Datum};
pub use lmdb::Lmdb;
pub use rwlock::RwLocked;

use crate::shared_by::SharedBy;

/// Is a dict that the benches can compare.
///
/// No bench kills a participant or fills a dict beyond what it was made for, so an implementation
/// panics where an operation fails.
pub trait BenchDict<K, V>: Sized {
    /// What the participants are at most that may share the dict.
    type Shared: SharedBy<Self>;

    /// What a participant works with.
    type Opened<'a>: Operations<K, V>
    where
        Self: 'a;

    /// What the tables call the dict.
    const NAME: &'static str;

    /// What a reader of the figures has to know.
    const REMARK: Option<&'static str> = None;

    /// Makes an empty dict for so many keys.
    ///
    /// # Errors
    ///
    /// Why this one cannot be had.
    fn make(keys: usize) -> Result<Self, String>;

    /// Lets `body` work with the dict. Each participant opens it once, and its time does not count.
    fn open<R>(&self, body: impl FnOnce(&Self::Opened<'_>) -> R) -> R;

    /// What the tables call this very dict.
    fn label() -> String {
        format!("{}, {}", Self::NAME, Self::Shared::BETWEEN.name())
    }
}

/// Is what a participant can do with a dict.
pub trait Operations<K, V> {
    /// Gives a copy of the value of a key.
    fn get(&self, key: &K) -> Option<V>;

    /// Gives a key a value, and says whether it had none before.
    fn insert(&self, key: &K, value: &V) -> bool;

    /// Adds one to the number in the value of a key that is there, so that nobody else's change is
    /// lost.
    fn raise(&self, key: &K);

    /// Removes all keys.
    fn clear(&self);

    /// Counts the keys.
    fn len(&self) -> usize;

    /// Says whether there is no key.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keeps_what_is_put<K: Datum, V: Datum, D: BenchDict<K, V>>() {
        let dict = D::make(10).expect("a dict");
        let [key, other] = [K::of(7), K::of(8)];
        dict.open(|dict| {
            assert!(dict.is_empty() && dict.get(&key).is_none());
            assert!(dict.insert(&key, &V::of(1)) && dict.insert(&other, &V::of(2)));
            assert!(!dict.insert(&key, &V::of(3)));
            dict.raise(&key);
        });
        dict.open(|dict| {
            let found = [key, other].map(|key| dict.get(&key).map(|value| value.number()));
            assert_eq!((dict.len(), found), (2, [Some(4), Some(2)]));
            dict.clear();
            assert!(dict.is_empty() && dict.get(&key).is_none());
        });
    }

    #[test]
    fn all_dicts_keep_what_is_put() {
        keeps_what_is_put::<u64, u64, ::forkstep::Dict<_, _>>();
        keeps_what_is_put::<u64, u64, RwLocked<_, _>>();
        keeps_what_is_put::<u64, u64, Sharded<_, _>>();
        keeps_what_is_put::<u64, u64, Lmdb<_, _>>();
        keeps_what_is_put::<Bytes<64>, Bytes<256>, ::forkstep::Dict<_, _>>();
        keeps_what_is_put::<Bytes<64>, Bytes<256>, RwLocked<_, _>>();
        keeps_what_is_put::<Bytes<64>, Bytes<256>, Sharded<_, _>>();
        keeps_what_is_put::<Bytes<64>, Bytes<256>, Lmdb<_, _>>();
    }
}
