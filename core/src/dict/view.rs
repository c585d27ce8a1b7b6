//! A half as it is under one root: looking for keys, and reading entries.
//!
//! Every number that is read here may have been written by a process that does not keep to the
//! rules, or belong to a later generation; it is checked before it is used.

use std::ops::Range;

use super::datum::{Datum, words_of};
use super::key::Key;
use super::shard::{Root, Slot, Word};

/// The table and the entries of a half.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    pub(super) half: &'a [Word],
    pub(super) slots: usize,
}

/// Something was read that no writer leaves there under the root of the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Torn;

/// Where an entry lies, and how long its parts are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    at: usize,
    key_len: usize,
    value_at: usize,
    value_len: usize,
    end: usize,
}

/// What a search came to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found {
    /// The key is in this slot.
    At { slot: usize, entry: Entry },
    /// It is not there. It could be put in this slot, if there is one.
    Nowhere { slot: Option<usize> },
}

impl Entry {
    /// How many words an entry takes.
    #[inline]
    pub(super) fn size(key_len: usize, value_len: usize) -> usize {
        1 + words_of(key_len) + words_of(value_len)
    }

    /// How many words this one takes.
    pub(super) fn words(self) -> usize {
        self.end - self.at
    }

    fn key_at(self) -> usize {
        self.at + 1
    }
}

impl<'a> View<'a> {
    /// The view of a shard's two halves under a root.
    #[inline]
    pub(super) fn new(halves: [&'a [Word]; 2], root: Root) -> Result<Self, Torn> {
        let half = halves[root.half()];
        match root.slots() {
            Some(slots) if slots < half.len() => Ok(Self { half, slots }),
            _ => Err(Torn),
        }
    }

    /// All slots of the table.
    pub(super) fn table(self) -> impl Iterator<Item = Slot> + 'a {
        self.half[..self.slots].iter().map(Word::slot)
    }

    /// Looks for a key.
    #[inline]
    pub(super) fn find(self, key: Key<'_>) -> Result<Found, Torn> {
        let mut grave = None;
        let mut at = key.tag().home(self.slots);
        for _ in 0..self.slots {
            let slot = self.half[at].slot();
            if slot.names_entry() {
                if slot.tag() == key.tag() {
                    let entry = self.entry(slot)?;
                    if self.is_key(entry, key) {
                        return Ok(Found::At { slot: at, entry });
                    }
                }
            } else if slot.is_empty() {
                return Ok(Found::Nowhere { slot: grave.or(Some(at)) });
            } else {
                grave = grave.or(Some(at));
            }
            at = (at + 1) & (self.slots - 1);
        }
        Ok(Found::Nowhere { slot: grave })
    }

    /// The entry that a slot names.
    #[inline]
    pub(super) fn entry(self, slot: Slot) -> Result<Entry, Torn> {
        let at = slot.at();
        let Some(lengths) = self.half.get(at).map(Word::get) else { return Err(Torn) };
        let (key_len, value_len) = (lengths as u32 as usize, (lengths >> 32) as usize);
        let value_at = at + 1 + words_of(key_len);
        let end = value_at + words_of(value_len);
        let fits = at >= self.slots && end <= self.half.len();
        if fits { Ok(Entry { at, key_len, value_at, value_len, end }) } else { Err(Torn) }
    }

    #[inline]
    fn is_key(self, entry: Entry, key: Key<'_>) -> bool {
        let here = &self.half[entry.key_at()..entry.value_at];
        let same = |(here, word): (&Word, &u64)| here.get() == *word;
        entry.key_len == key.datum().len() && here.iter().zip(key.datum().words()).all(same)
    }

    /// Copies the key of an entry.
    pub(super) fn read_key(self, entry: Entry, to: &mut Datum) {
        self.read(entry.key_at()..entry.value_at, entry.key_len, to);
    }

    /// Copies the value of an entry.
    #[inline]
    pub(super) fn read_value(self, entry: Entry, to: &mut Datum) {
        self.read(entry.value_at..entry.end, entry.value_len, to);
    }

    #[inline]
    fn read(self, at: Range<usize>, len: usize, to: &mut Datum) {
        let words = &self.half[at];
        to.room_for(len).iter_mut().zip(words).for_each(|(to, word)| *to = word.get());
    }

    /// Changes the value of an entry where it lies, if both values are one word of the same length:
    /// then it is whole at any moment. Says whether it did.
    #[inline]
    pub(super) fn change_value(self, entry: Entry, value: &Datum) -> bool {
        match value.words() {
            [word] if entry.value_len == value.len() => {
                self.half[entry.value_at].change(*word);
                true
            }
            _ => false,
        }
    }

    /// Writes an entry at a place that nothing names, where it fits.
    #[inline]
    pub(super) fn write(self, at: usize, key: &Datum, value: &Datum) {
        let (keys, values) = (key.words(), value.words());
        let words = &self.half[at..at + 1 + keys.len() + values.len()];
        words[0].set(key.len() as u64 | (value.len() as u64) << 32);
        let (key_words, value_words) = words[1..].split_at(keys.len());
        key_words.iter().zip(keys).for_each(|(to, word)| to.set(*word));
        value_words.iter().zip(values).for_each(|(to, word)| to.set(*word));
    }

    /// Copies an entry of another half to a place that nothing names, where it fits.
    pub(super) fn copy(self, at: usize, from: View<'_>, entry: Entry) {
        let words = &from.half[entry.at..entry.end];
        for (to, word) in self.half[at..].iter().zip(words) {
            to.set(word.get());
        }
    }
}
