//! What a writer does with a shard whose lock it holds.

use super::datum::Datum;
use super::error::DictWriteError;
use super::key::{Key, Tag};
use super::shard::{Counts, Head, Root, Slot, WORD, Word};
use super::view::{Entry, Found, Torn, View};
use crate::enter::Entered;
use crate::lock::Guard;

/// One shard in shared memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shard<'a> {
    pub(super) head: &'a Head,
    pub(super) counts: &'a Counts,
    pub(super) halves: [&'a [Word]; 2],
}

/// The smallest table.
const FEWEST_SLOTS: usize = 4;

/// How many slots the first table of a half has.
pub(super) fn first_slots(half: usize) -> usize {
    (half / 16).next_power_of_two().clamp(FEWEST_SLOTS, 64)
}

/// Why an entry of so many words has no room.
fn no_room(size: usize, half: usize) -> DictWriteError {
    let most = half - FEWEST_SLOTS;
    if size > most {
        DictWriteError::TooLarge { len: size * WORD, max: most * WORD }
    } else {
        DictWriteError::Full
    }
}

/// How many slots of a table may be other than empty, so that searches end soon.
fn most_used(slots: usize) -> usize {
    slots / 4 * 3
}

/// A shard whose lock is held, until this is dropped.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    shard: Shard<'a>,
    root: Root,
    view: View<'a>,
    /// Held, not used.
    _guard: Guard<'a>,
}

impl<'a> Writer<'a> {
    /// Begins to write in the shard whose lock was entered. If the last who was in there died, what
    /// it may have left undone is repaired.
    #[inline]
    pub(super) fn new(shard: Shard<'a>, entered: Entered<'a>) -> Result<Self, Torn> {
        let root = shard.head.own();
        let view = View::new(shard.halves, root)?;
        let writer = Self { shard, root, view, _guard: entered.guard };
        if entered.owner_died {
            writer.recount();
        }
        Ok(writer)
    }

    /// Makes the counts anew.
    #[cold]
    fn recount(&self) {
        let keys = self.view.table().filter(|slot| slot.names_entry()).count();
        let used = self.view.table().filter(|slot| !slot.is_empty()).count();
        self.shard.counts.set(keys, used);
    }

    /// How many keys there are.
    pub(super) fn keys(&self) -> usize {
        self.shard.counts.keys()
    }

    /// The table in use.
    #[inline]
    pub(super) fn view(&self) -> View<'a> {
        self.view
    }

    /// Puts a value for a key that was looked for under the same lock.
    #[inline]
    pub(super) fn put(
        &mut self,
        key: Key<'_>,
        found: Found,
        value: &Datum,
    ) -> Result<(), DictWriteError> {
        if let Found::At { entry, .. } = found
            && self.view.change_value(entry, value)
        {
            return Ok(());
        }
        let size = Entry::size(key.datum().len(), value.len());
        let half = self.view.half.len();
        let top = self.shard.counts.top(self.root.half());
        if top < self.view.slots || top > half {
            return Err(DictWriteError::Corrupt);
        }
        match self.usable(found) {
            Some(slot) if size <= half - top => self.put_at(slot, top, key, value),
            _ => return self.put_in_next(key, found, value),
        }
        Ok(())
    }

    /// The slot for a key, if there is one: its own, a grave, or an empty one if enough others are.
    #[inline]
    fn usable(&self, found: Found) -> Option<usize> {
        match found {
            Found::At { slot, .. } => Some(slot),
            Found::Nowhere { slot } => slot.filter(|slot| {
                self.view.half[*slot].slot().is_grave()
                    || self.shard.counts.used() < most_used(self.view.slots)
            }),
        }
    }

    #[inline]
    fn put_at(&self, slot: usize, top: usize, key: Key<'_>, value: &Datum) {
        let counts = self.shard.counts;
        let before = self.view.half[slot].slot();
        counts.set_top(self.root.half(), top + Entry::size(key.datum().len(), value.len()));
        self.view.write(top, key.datum(), value);
        self.view.half[slot].commit(Slot::naming(top, key.tag()));
        if !before.names_entry() {
            // Counts at their ends are ones that another process has spoilt.
            let used = counts.used().saturating_add(before.is_empty().into());
            counts.set(counts.keys().saturating_add(1), used);
        }
    }

    /// Puts a value in a new table, together with all that is named in the old one: there was no
    /// slot or no room.
    #[cold]
    fn put_in_next(
        &mut self,
        key: Key<'_>,
        found: Found,
        value: &Datum,
    ) -> Result<(), DictWriteError> {
        let replaced = match found {
            Found::At { slot, .. } => Some(slot),
            Found::Nowhere { .. } => None,
        };
        let size = Entry::size(key.datum().len(), value.len());
        let (mut keys, mut words) = (1, size);
        for slot in self.kept(replaced) {
            keys += 1;
            words += self.view.entry(slot)?.words();
        }
        let half = self.view.half.len();
        let fits = |slots: &usize| slots.saturating_add(words) <= half && keys <= most_used(*slots);
        // A table that is at least half empty is fast; one with a quarter empty has to do.
        let fast = (2 * keys).next_power_of_two().max(FEWEST_SLOTS);
        let Some(slots) = [fast, fast / 2].into_iter().find(fits) else {
            return Err(no_room(size, half));
        };
        let mut next = self.begin_next(slots);
        for slot in self.kept(replaced) {
            next.take(self.view, slot)?;
        }
        next.add(key, value)?;
        self.move_to(&next);
        self.shard.counts.set(keys, keys);
        Ok(())
    }

    /// The slots of the table that name entries, but for one.
    fn kept(&self, replaced: Option<usize>) -> impl Iterator<Item = Slot> + 'a {
        let slots = self.view.table().enumerate().filter(move |(at, _)| Some(*at) != replaced);
        slots.map(|(_, slot)| slot).filter(|slot| slot.names_entry())
    }

    /// Removes a key that was found in this slot under the same lock.
    pub(super) fn remove(&self, slot: usize) {
        let counts = self.shard.counts;
        // No search goes on behind the last of a run, so that needs no grave.
        let after = (slot + 1) & (self.view.slots - 1);
        let is_last = self.view.half[after].slot().is_empty();
        self.view.half[slot].commit(if is_last { Slot::EMPTY } else { Slot::GRAVE });
        let used = counts.used().saturating_sub(usize::from(is_last));
        counts.set(counts.keys().saturating_sub(1), used);
    }

    /// Removes all keys.
    pub(super) fn clear(&mut self) {
        let next = self.begin_next(first_slots(self.view.half.len()));
        self.move_to(&next);
        self.shard.counts.set(0, 0);
    }

    /// Begins a table in the half that is not in use.
    fn begin_next(&self, slots: usize) -> Next<'a> {
        let root = self.root.next(slots.ilog2());
        self.shard.head.prepare();
        let view = View { half: self.shard.halves[root.half()], slots };
        for word in &view.half[..slots] {
            word.prepare(Slot::EMPTY);
        }
        Next { root, view, top: slots }
    }

    /// Makes the half in use that was prepared.
    fn move_to(&mut self, next: &Next<'a>) {
        self.shard.counts.set_top(next.root.half(), next.top);
        self.shard.head.move_to(next.root);
        (self.root, self.view) = (next.root, next.view);
    }
}

/// The next generation of a shard, while it is prepared.
#[derive(Debug)]
struct Next<'a> {
    root: Root,
    view: View<'a>,
    top: usize,
}

impl Next<'_> {
    /// Takes an entry over.
    fn take(&mut self, from: View<'_>, slot: Slot) -> Result<(), Torn> {
        let entry = from.entry(slot)?;
        let at = self.room(entry.words())?;
        self.view.copy(at, from, entry);
        self.settle(slot.tag(), at)
    }

    /// Adds an entry.
    fn add(&mut self, key: Key<'_>, value: &Datum) -> Result<(), Torn> {
        let at = self.room(Entry::size(key.datum().len(), value.len()))?;
        self.view.write(at, key.datum(), value);
        self.settle(key.tag(), at)
    }

    /// Takes room for so many words. There is enough of it, unless another process has changed what
    /// was counted.
    fn room(&mut self, words: usize) -> Result<usize, Torn> {
        let at = self.top;
        self.top = at.checked_add(words).filter(|top| *top <= self.view.half.len()).ok_or(Torn)?;
        Ok(at)
    }

    /// Names the entry at `at` in the first slot that is empty.
    fn settle(&self, tag: Tag, at: usize) -> Result<(), Torn> {
        let slots = self.view.slots;
        let mut places = (0..slots).map(|n| (tag.home(slots) + n) & (slots - 1));
        let place = places.find(|place| self.view.half[*place].slot().is_empty()).ok_or(Torn)?;
        self.view.half[place].prepare(Slot::naming(at, tag));
        Ok(())
    }
}
