//! The dict of byte strings beneath [`Dict`](super::Dict).

use rapidhash::v3::RapidSecrets;

use super::datum::Datum;
use super::error::{DictReadError, DictWriteError};
use super::key::Key;
use super::shard::{Counts, Head, MAX_HALF, Root, WORD, Word};
use super::view::{Found, Torn, View};
use super::writer::{Shard, Writer, first_slots};
use crate::enter::{Wait, enter};
use crate::lock::Lock;
#[cfg(not(forkstep_loom))]
use crate::region::Parameters;
use crate::region::{Layout, Placed, Region, RegionError};
use crate::sys::spin;

/// What a dict is made for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// How many shards there are; a power of two.
    pub(crate) shards: usize,
    /// How many words each half of a shard has.
    half: usize,
    /// What hashes start from.
    seed: u64,
}

/// The most shards.
const MAX_SHARDS: usize = 1 << 12;
/// The fewest words of a half: a table and a small entry.
const FEWEST_WORDS: usize = 8;
/// A shard has a lock of its own, if it has that many words.
const WORTH_A_SHARD: usize = 1 << 12;
/// The most shards, if nobody asks for more.
const SHARDS: usize = 64;

/// How often a reader looks anew before it asks whether it has time, or takes the lock: each time,
/// the whole table was moved.
const LOOKS: u32 = 8;

impl Size {
    /// The size of a dict for about so many bytes.
    pub(crate) fn of(bytes: usize, shards: Option<usize>, seed: u64) -> Result<Self, RegionError> {
        let words = bytes.div_ceil(WORD);
        let enough = || (words / WORTH_A_SHARD).clamp(1, SHARDS);
        let shards = shards.map_or_else(enough, |shards| shards.min(MAX_SHARDS));
        if bytes == 0 || shards == 0 {
            return Err(RegionError::Empty);
        }
        let shards = shards.next_power_of_two();
        let half = words.div_ceil(shards).max(FEWEST_WORDS);
        let max = MAX_HALF * WORD * shards;
        if half > MAX_HALF {
            return Err(RegionError::TooLarge { bytes, max });
        }
        Ok(Self { shards, half, seed })
    }

    /// Reads what [`parameters`](Self::parameters) wrote, or anybody else.
    #[cfg(not(forkstep_loom))]
    pub(crate) fn from_parameters(parameters: Parameters) -> Result<Self, RegionError> {
        let [shards, half, seed, ..] = parameters;
        let (shards, half) = (shards as usize, half as usize);
        if !shards.is_power_of_two() || half < FEWEST_WORDS {
            return Err(RegionError::Empty);
        }
        if shards > MAX_SHARDS || half > MAX_HALF {
            let bytes = half.saturating_mul(WORD).saturating_mul(shards);
            return Err(RegionError::TooLarge { bytes, max: MAX_HALF * WORD * MAX_SHARDS });
        }
        Ok(Self { shards, half, seed })
    }

    /// What another program must know to find the dict.
    #[cfg(not(forkstep_loom))]
    pub(crate) fn parameters(self) -> Parameters {
        [self.shards as u64, self.half as u64, self.seed, 0, 0, 0]
    }

    /// How many bytes a region for it must have.
    pub(crate) fn bytes(self) -> usize {
        let halves = 2 * self.half * size_of::<Word>();
        let around = Lock::FOOTPRINT + size_of::<Head>() + size_of::<Counts>() + 64;
        self.shards * (halves + around) + 4 * 128
    }
}

/// One shard, and its lock.
#[derive(Debug)]
pub(super) struct Part {
    lock: Lock,
    head: Placed<Head>,
    counts: Placed<Counts>,
    halves: [Placed<[Word]>; 2],
}

impl Part {
    fn lay_out(layout: &mut Layout<'_>, half: usize) -> Result<Self, RegionError> {
        let slots = first_slots(half);
        Ok(Self {
            lock: Lock::lay_out(layout)?,
            head: layout.one(|| Head::new(Root::first(slots.ilog2())))?,
            counts: layout.one(|| Counts::new(slots))?,
            halves: [layout.many(half, Word::new)?, layout.many(half, Word::new)?],
        })
    }

    #[inline]
    pub(super) fn shard(&self) -> Shard<'_> {
        let [first, second] = &self.halves;
        Shard { head: &self.head, counts: &self.counts, halves: [first, second] }
    }

    #[cfg(not(forkstep_loom))]
    pub(super) fn lock(&self) -> &Lock {
        &self.lock
    }

    #[inline]
    fn enter(&self, wait: Wait) -> Result<Writer<'_>, DictWriteError> {
        Ok(Writer::new(self.shard(), enter(&self.lock, wait)?)?)
    }

    /// Reads without the lock; `None` if the table was moved meanwhile.
    #[inline]
    fn look<R>(&self, f: impl FnOnce(View<'_>) -> Result<R, Torn>) -> Option<Result<R, Torn>> {
        let root = self.head.look();
        let read = View::new(self.shard().halves, root).and_then(f);
        self.head.is_still(root).then_some(read)
    }

    /// Reads a little, anew until the table stays where it is meanwhile: who looks again does so
    /// because somebody has moved it, and the next move is far longer than a look.
    #[inline]
    fn read<R>(
        &self,
        wait: Wait,
        mut f: impl FnMut(View<'_>) -> Result<R, Torn>,
    ) -> Result<R, DictReadError> {
        loop {
            for _ in 0..LOOKS {
                if let Some(read) = self.look(&mut f) {
                    return Ok(read?);
                }
                spin(1);
            }
            if !wait.goes_on() {
                return Err(DictReadError::TimedOut);
            }
        }
    }

    /// Reads much: if the table goes on being moved, with the lock, so that it comes to an end.
    fn read_all<R>(
        &self,
        wait: Wait,
        mut f: impl FnMut(View<'_>) -> Result<R, Torn>,
    ) -> Result<R, DictReadError> {
        for _ in 0..LOOKS {
            if let Some(read) = self.look(&mut f) {
                return Ok(read?);
            }
            spin(1);
        }
        let writer = Writer::new(self.shard(), enter(&self.lock, wait)?)?;
        Ok(f(writer.view())?)
    }
}

/// Keys and values as bytes.
#[derive(Debug)]
pub(crate) struct Table {
    parts: Vec<Part>,
    /// What the hashes of keys start from.
    secrets: RapidSecrets,
}

impl Table {
    pub(crate) fn new(size: Size) -> Result<Self, RegionError> {
        let region = Region::anonymous(size.bytes())?;
        Self::lay_out(&mut Layout::make(&region), size)
    }

    /// Makes a table, or finds one, as the next part of a layout.
    pub(crate) fn lay_out(layout: &mut Layout<'_>, size: Size) -> Result<Self, RegionError> {
        let secrets = RapidSecrets::seed(size.seed);
        let parts = (0..size.shards).map(|_| Part::lay_out(layout, size.half));
        Ok(Self { parts: parts.collect::<Result<_, _>>()?, secrets })
    }

    #[inline]
    fn part(&self, key: Key<'_>) -> &Part {
        &self.parts[key.shard(self.parts.len())]
    }

    #[inline]
    fn key<'a>(&self, key: &'a Datum) -> Key<'a> {
        Key::new(key, &self.secrets)
    }

    /// Copies the value of a key to `value`; says whether there is one.
    #[inline]
    pub(crate) fn get(
        &self,
        key: &Datum,
        value: &mut Datum,
        wait: Wait,
    ) -> Result<bool, DictReadError> {
        let key = self.key(key);
        self.part(key).read(wait, |view| match view.find(key)? {
            Found::At { entry, .. } => {
                view.read_value(entry, value);
                Ok(true)
            }
            Found::Nowhere { .. } => Ok(false),
        })
    }

    pub(super) fn contains(&self, key: &Datum, wait: Wait) -> Result<bool, DictReadError> {
        let key = self.key(key);
        self.part(key).read(wait, |view| Ok(matches!(view.find(key)?, Found::At { .. })))
    }

    /// Puts a value for a key; says whether there was none.
    #[inline]
    pub(super) fn insert(
        &self,
        key: &Datum,
        value: &Datum,
        wait: Wait,
    ) -> Result<bool, DictWriteError> {
        let key = self.key(key);
        let mut writer = self.part(key).enter(wait)?;
        let found = writer.view().find(key)?;
        writer.put(key, found, value)?;
        Ok(matches!(found, Found::Nowhere { .. }))
    }

    /// Shows `change` the value of a key, and puts the new one if it says so, all in one step.
    #[inline]
    pub(crate) fn change(
        &self,
        key: &Datum,
        wait: Wait,
        change: impl FnOnce(Option<&Datum>, &mut Datum) -> Result<bool, DictWriteError>,
    ) -> Result<(), DictWriteError> {
        let key = self.key(key);
        let mut writer = self.part(key).enter(wait)?;
        let found = writer.view().find(key)?;
        let (mut old, mut new) = (Datum::new(), Datum::new());
        let old = match found {
            Found::At { entry, .. } => {
                writer.view().read_value(entry, &mut old);
                Some(&old)
            }
            Found::Nowhere { .. } => None,
        };
        if change(old, &mut new)? {
            writer.put(key, found, &new)?;
        }
        Ok(())
    }

    /// Removes a key; says whether it was there, and copies its value to `value`, if it is wanted.
    pub(super) fn remove(
        &self,
        key: &Datum,
        value: Option<&mut Datum>,
        wait: Wait,
    ) -> Result<bool, DictWriteError> {
        let key = self.key(key);
        let writer = self.part(key).enter(wait)?;
        let Found::At { slot, entry } = writer.view().find(key)? else { return Ok(false) };
        if let Some(value) = value {
            writer.view().read_value(entry, value);
        }
        writer.remove(slot);
        Ok(true)
    }

    /// Puts a value under the key of the next place, which is returned. There is one shard.
    pub(crate) fn append(&self, value: &Datum, wait: Wait) -> Result<usize, DictWriteError> {
        let mut writer = self.parts[0].enter(wait)?;
        let place = writer.keys();
        let key = Datum::of_place(place);
        let key = self.key(&key);
        match writer.view().find(key)? {
            Found::At { .. } => Err(DictWriteError::Corrupt),
            found => writer.put(key, found, value).map(|()| place),
        }
    }

    /// Removes what was appended last, and copies it to `value`; says whether there was anything.
    pub(crate) fn remove_last(
        &self,
        value: &mut Datum,
        wait: Wait,
    ) -> Result<bool, DictWriteError> {
        let writer = self.parts[0].enter(wait)?;
        let Some(place) = writer.keys().checked_sub(1) else { return Ok(false) };
        let key = Datum::of_place(place);
        let Found::At { slot, entry } = writer.view().find(self.key(&key))? else {
            return Err(DictWriteError::Corrupt);
        };
        writer.view().read_value(entry, value);
        writer.remove(slot);
        Ok(true)
    }

    pub(crate) fn len(&self) -> usize {
        // Counts that another process has spoilt may be too many for a sum.
        self.parts.iter().fold(0, |keys, part| keys.saturating_add(part.counts.keys()))
    }

    pub(crate) fn clear(&self, wait: Wait) -> Result<(), DictWriteError> {
        self.parts.iter().try_for_each(|part| {
            part.enter(wait)?.clear();
            Ok(())
        })
    }

    #[cfg(not(forkstep_loom))]
    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    pub(super) fn shards(&self) -> usize {
        self.parts.len()
    }

    /// Copies all keys and values of a shard.
    pub(super) fn read_shard(
        &self,
        shard: usize,
        wait: Wait,
    ) -> Result<Vec<(Datum, Datum)>, DictReadError> {
        self.parts[shard].read_all(wait, |view| {
            let mut left = view.half.len();
            let entries = view.table().filter(|slot| slot.names_entry()).map(|slot| {
                let entry = view.entry(slot)?;
                // Entries lie side by side. If another process has made many slots name a long one,
                // copies of all of them would be more than any memory.
                left = left.checked_sub(entry.words()).ok_or(Torn)?;
                let (mut key, mut value) = (Datum::new(), Datum::new());
                view.read_key(entry, &mut key);
                view.read_value(entry, &mut value);
                Ok((key, value))
            });
            entries.collect()
        })
    }
}
