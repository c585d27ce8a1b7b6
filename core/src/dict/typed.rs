//! The dict of values.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::datum::Datum;
use super::error::{DictReadError, DictWriteError};
use super::iter::Iter;
use super::table::{Size, Table};
use crate::enter::Wait;
use crate::region::RegionError;

/// Takes and gives keys and values, and holds none.
type Entries<K, V> = PhantomData<fn(K, V) -> (K, V)>;

/// A dictionary between processes.
///
/// Keys and values are encoded with serde and postcard; keys are equal if their encodings are.
/// Reading a key takes no lock and waits for nobody; writing takes the lock of one of several
/// shards, over which the keys are spread.
///
/// A process that dies while it writes, in whatever way, leaves the old value or the new one, and
/// the others go on: at once if they read, and if they write as soon as the kernel has noted the
/// death. What was written before stays. A writer that is stopped in the middle is waited for by
/// writers of the same shard, unless [`with_timeout`](Self::with_timeout) says how long.
///
/// `get` and then [`insert`](Self::insert) are two steps, between which others may write: such an
/// update can be lost. [`update`](Self::update), [`get_or_insert_with`](Self::get_or_insert_with)
/// and [`compare_and_set`](Self::compare_and_set) are one.
///
/// Cloning gives another handle on the same dict; processes forked later share it.
///
/// # Examples
///
/// ```
/// use forkstep::{Dict, Process};
///
/// let ages = Dict::<String, u32>::new(1 << 16)?;
/// ages.insert("owen", &18)?;
/// let child = Process::start(|| ages.update("owen", |age| age.unwrap_or(0) + 1).map(drop))?;
/// assert!(child.join()?.success());
/// assert_eq!(ages.get("owen")?, Some(19));
/// assert_eq!(ages.get("bob")?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Dict<K, V> {
    pub(super) table: Arc<Table>,
    pub(super) timeout: Option<Duration>,
    pub(super) entries: Entries<K, V>,
}

// Derived, it would ask for `K: Clone` and `V: Clone`.
impl<K, V> Clone for Dict<K, V> {
    fn clone(&self) -> Self {
        Self { table: Arc::clone(&self.table), timeout: self.timeout, entries: PhantomData }
    }
}

impl<K, V> fmt::Debug for Dict<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dict").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// Says what a [`Dict`] is made for.
#[derive(Clone, Debug)]
pub struct Builder<K, V> {
    bytes: usize,
    shards: Option<usize>,
    seed: Option<u64>,
    entries: Entries<K, V>,
}

impl<K, V> Builder<K, V> {
    /// How many shards there are, rounded up to a power of two, at most 4,096: where nothing is
    /// said, one for each 32 KiB, at most 64. Writers in different shards do not wait for each
    /// other. Each shard has its share of the bytes, and is full when that is.
    #[must_use]
    pub fn shards(mut self, shards: usize) -> Self {
        self.shards = Some(shards);
        self
    }

    /// What the hashes of keys start from: a random number where nothing is said. The same number
    /// gives the same order of keys and the same shards.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Makes the dict.
    ///
    /// # Errors
    ///
    /// [`RegionError::Empty`] for 0 bytes or shards; [`RegionError::TooLarge`] for more than 4 GiB
    /// a shard; otherwise those of [`Region::anonymous`](crate::Region::anonymous).
    pub fn build(self) -> Result<Dict<K, V>, RegionError> {
        let table = Arc::new(Table::new(self.size()?)?);
        Ok(Dict { table, timeout: None, entries: PhantomData })
    }

    pub(super) fn size(&self) -> Result<Size, RegionError> {
        let seed = self.seed.unwrap_or_else(|| RandomState::new().hash_one(self.bytes));
        Size::of(self.bytes, self.shards, seed)
    }
}

impl<K, V> Dict<K, V> {
    /// Makes a dict for about `bytes` bytes of keys and values, with what
    /// [`builder`](Self::builder) sets where nothing is said.
    ///
    /// An entry takes its encoded key and value, each rounded up to 8 bytes, 8 bytes more, and 11
    /// to 32 in a table. The memory, twice that many bytes, is there from the start; the table
    /// grows as needed.
    ///
    /// # Errors
    ///
    /// Those of [`Builder::build`].
    pub fn new(bytes: usize) -> Result<Self, RegionError> {
        Self::builder(bytes).build()
    }

    /// Begins a dict for about `bytes` bytes of keys and values.
    #[must_use]
    pub fn builder(bytes: usize) -> Builder<K, V> {
        Builder { bytes, shards: None, seed: None, entries: PhantomData }
    }

    /// Gives a handle whose operations wait for a lock no longer than `timeout` each, and then say
    /// `TimedOut`. Others wait as long as another process writes: for ever if it was stopped.
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..self.clone() }
    }

    /// How many keys there are: the sum over all shards, each counted at a moment of its own.
    ///
    /// If a process died in the middle of a change, that change may not be counted until somebody
    /// writes in the same shard.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there is no key; see [`len`](Self::len).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Removes all keys, shard by shard: of each shard, at one moment.
    ///
    /// # Errors
    ///
    /// [`DictWriteError::TimedOut`], `Refused` or `Corrupt`; some shards may have been cleared.
    pub fn clear(&self) -> Result<(), DictWriteError> {
        self.table.clear(self.wait())
    }

    fn wait(&self) -> Wait {
        Wait::within(self.timeout)
    }
}

impl<K, V: DeserializeOwned> Dict<K, V> {
    /// Returns the value of a key, if there is one. Takes no lock; looks anew if the whole table
    /// was moved meanwhile.
    ///
    /// # Errors
    ///
    /// [`DictReadError`].
    #[inline]
    pub fn get<Q>(&self, key: &Q) -> Result<Option<V>, DictReadError>
    where
        K: Borrow<Q>,
        Q: Serialize + ?Sized,
    {
        let (mut name, mut value) = (Datum::new(), Datum::new());
        name.encode(key)?;
        match self.table.get(&name, &mut value, self.wait())? {
            true => DictReadError::decode(&value).map(Some),
            false => Ok(None),
        }
    }

    /// Removes a key and returns its value, if there was one.
    ///
    /// # Errors
    ///
    /// [`DictWriteError::Undecodable`] if the value is none of this type: it has been removed, and
    /// its bytes are in the error. Otherwise as for [`remove`](Self::remove).
    pub fn take<Q>(&self, key: &Q) -> Result<Option<V>, DictWriteError>
    where
        K: Borrow<Q>,
        Q: Serialize + ?Sized,
    {
        let (mut name, mut value) = (Datum::new(), Datum::new());
        name.encode(key)?;
        match self.table.remove(&name, Some(&mut value), self.wait())? {
            true => DictWriteError::decode(&value).map(Some),
            false => Ok(None),
        }
    }
}

impl<K, V> Dict<K, V> {
    /// Whether the key is there. Takes no lock, as [`get`](Self::get).
    ///
    /// # Errors
    ///
    /// [`DictReadError`], `Undecodable` excepted.
    pub fn contains_key<Q>(&self, key: &Q) -> Result<bool, DictReadError>
    where
        K: Borrow<Q>,
        Q: Serialize + ?Sized,
    {
        let mut name = Datum::new();
        name.encode(key)?;
        self.table.contains(&name, self.wait())
    }

    /// Removes a key; says whether it was there.
    ///
    /// # Errors
    ///
    /// [`DictWriteError::Encode`], `TimedOut`, `Refused` or `Corrupt`.
    pub fn remove<Q>(&self, key: &Q) -> Result<bool, DictWriteError>
    where
        K: Borrow<Q>,
        Q: Serialize + ?Sized,
    {
        let mut name = Datum::new();
        name.encode(key)?;
        self.table.remove(&name, None, self.wait())
    }
}

impl<K, V: Serialize> Dict<K, V> {
    /// Sets the value of a key; says whether the key is new.
    ///
    /// # Errors
    ///
    /// [`DictWriteError`], `Undecodable` excepted.
    #[inline]
    pub fn insert<Q>(&self, key: &Q, value: &V) -> Result<bool, DictWriteError>
    where
        K: Borrow<Q>,
        Q: Serialize + ?Sized,
    {
        let (mut name, mut bytes) = (Datum::new(), Datum::new());
        name.encode(key)?;
        bytes.encode(value)?;
        self.table.insert(&name, &bytes, self.wait())
    }

    /// Sets the value of a key to `new` if it is `old`, in one step; `None` stands for a key that
    /// is not there. Says whether it was set. Values are equal if their encodings are.
    ///
    /// # Errors
    ///
    /// [`DictWriteError`], `Undecodable` excepted.
    pub fn compare_and_set<Q>(
        &self,
        key: &Q,
        old: Option<&V>,
        new: &V,
    ) -> Result<bool, DictWriteError>
    where
        K: Borrow<Q>,
        Q: Serialize + ?Sized,
    {
        let (mut name, mut expected, mut bytes) = (Datum::new(), Datum::new(), Datum::new());
        name.encode(key)?;
        bytes.encode(new)?;
        old.map_or(Ok(()), |old| expected.encode(old))?;
        let expected = old.is_some().then_some(expected.bytes());
        let mut is_old = false;
        self.table.change(&name, self.wait(), |now, changed| {
            is_old = now.map(Datum::bytes) == expected;
            std::mem::swap(changed, &mut bytes);
            Ok(is_old)
        })?;
        Ok(is_old)
    }
}

impl<K, V: Serialize + DeserializeOwned> Dict<K, V> {
    /// Changes the value of a key in one step: `f` is given the old value, if there is one, and
    /// answers the new one, which is returned.
    ///
    /// `f` runs while the lock of the key's shard is held, so it should be short; if it panics,
    /// nothing is changed. What it does with this dict is `Refused` if it needs the same lock.
    ///
    /// # Errors
    ///
    /// [`DictWriteError`].
    #[inline]
    pub fn update<Q>(&self, key: &Q, f: impl FnOnce(Option<V>) -> V) -> Result<V, DictWriteError>
    where
        K: Borrow<Q>,
        Q: Serialize + ?Sized,
    {
        let mut name = Datum::new();
        name.encode(key)?;
        let mut answer = None;
        self.table.change(&name, self.wait(), |now, changed| {
            let now = now.map(DictWriteError::decode).transpose()?;
            changed.encode(answer.insert(f(now)))?;
            Ok(true)
        })?;
        answer.ok_or(DictWriteError::Corrupt)
    }

    /// Returns the value of a key; if there is none, sets it to what `f` answers, in one step.
    ///
    /// `f` runs as that of [`update`](Self::update) does, and not at all if there is a value.
    ///
    /// # Errors
    ///
    /// [`DictWriteError`].
    pub fn get_or_insert_with<Q>(&self, key: &Q, f: impl FnOnce() -> V) -> Result<V, DictWriteError>
    where
        K: Borrow<Q>,
        Q: Serialize + ?Sized,
    {
        let mut name = Datum::new();
        name.encode(key)?;
        let mut answer = None;
        self.table.change(&name, self.wait(), |now, changed| {
            if let Some(now) = now {
                answer = Some(DictWriteError::decode(now)?);
                return Ok(false);
            }
            changed.encode(answer.insert(f()))?;
            Ok(true)
        })?;
        answer.ok_or(DictWriteError::Corrupt)
    }
}

impl<K: DeserializeOwned, V: DeserializeOwned> Dict<K, V> {
    /// Goes through all keys and values, in no order that means anything.
    ///
    /// Weakly consistent: what is there from the start of the iteration to its end comes once; what
    /// is written meanwhile comes or does not, and a key that is removed and inserted again
    /// meanwhile may come twice. Keeps a copy of one shard at a time, and takes its lock only if
    /// its table was moved again and again while it was copied.
    #[must_use]
    pub fn iter(&self) -> Iter<K, V> {
        Iter::new(Arc::clone(&self.table), self.wait())
    }
}
