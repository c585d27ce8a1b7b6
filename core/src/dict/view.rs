//! A half as it is under one root: looking for keys, and reading entries.
//!
//! Every number that is read here may have been written by a process that does not keep to the
//! rules, or belong to a later generation; it is checked before it is used.

use super::key::{Key, words};
use super::shard::{Root, Slot, WORD, Word};
use crate::item::Item;

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
    value_len: usize,
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
        1 + key_len.div_ceil(WORD) + value_len.div_ceil(WORD)
    }

    /// How many words this one takes.
    pub(super) fn words(self) -> usize {
        Self::size(self.key_len, self.value_len)
    }

    fn key_at(self) -> usize {
        self.at + 1
    }

    fn value_at(self) -> usize {
        self.key_at() + self.key_len.div_ceil(WORD)
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
        let mut free = None;
        let mut at = key.tag().home(self.slots);
        for _ in 0..self.slots {
            let slot = self.half[at].slot();
            if slot.is_empty() {
                return Ok(Found::Nowhere { slot: free.or(Some(at)) });
            }
            if slot.is_grave() {
                free = free.or(Some(at));
            } else if slot.tag() == key.tag() {
                let entry = self.entry(slot)?;
                if self.is_key(entry, key) {
                    return Ok(Found::At { slot: at, entry });
                }
            }
            at = (at + 1) & (self.slots - 1);
        }
        Ok(Found::Nowhere { slot: free })
    }

    /// The entry that a slot names.
    #[inline]
    pub(super) fn entry(self, slot: Slot) -> Result<Entry, Torn> {
        let at = slot.at();
        let lengths = self.half.get(at).ok_or(Torn)?.get();
        let (key_len, value_len) = (lengths as u32 as usize, (lengths >> 32) as usize);
        let entry = Entry { at, key_len, value_len };
        let fits = at >= self.slots && entry.words() <= self.half.len() - at;
        if fits { Ok(entry) } else { Err(Torn) }
    }

    #[inline]
    fn is_key(self, entry: Entry, key: Key<'_>) -> bool {
        let here = self.half[entry.key_at()..].iter().map(Word::get);
        entry.key_len == key.len() && words(key.bytes()).zip(here).all(|(a, b)| a == b)
    }

    /// Copies the key of an entry.
    pub(super) fn read_key(self, entry: Entry, to: &mut Item) {
        self.read(entry.key_at(), entry.key_len, to);
    }

    /// Copies the value of an entry.
    #[inline]
    pub(super) fn read_value(self, entry: Entry, to: &mut Item) {
        self.read(entry.value_at(), entry.value_len, to);
    }

    #[inline]
    fn read(self, at: usize, len: usize, to: &mut Item) {
        let words = self.half[at..].iter();
        for (chunk, word) in to.room_for(len).chunks_mut(WORD).zip(words) {
            chunk.copy_from_slice(&word.get().to_le_bytes()[..chunk.len()]);
        }
    }

    /// Writes an entry at a place that nothing names, where it fits.
    #[inline]
    pub(super) fn write(self, at: usize, key: &[u8], value: &[u8]) {
        let lengths = key.len() as u64 | (value.len() as u64) << 32;
        let all = std::iter::once(lengths).chain(words(key)).chain(words(value));
        for (to, word) in self.half[at..].iter().zip(all) {
            to.set(word);
        }
    }

    /// Copies an entry of another half to a place that nothing names, where it fits.
    pub(super) fn copy(self, at: usize, from: View<'_>, entry: Entry) {
        let words = &from.half[entry.at..][..entry.words()];
        for (to, word) in self.half[at..].iter().zip(words) {
            to.set(word.get());
        }
    }
}
