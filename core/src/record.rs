//! Plain values in atomic words: readers ask nobody and never see half of a value, and a writer
//! that dies leaves the old value or the new one.
//!
//! # What lies in shared memory
//!
//! A value of up to 8 bytes is one word. A longer one is a word `turn` and two copies of as many
//! words as it takes; the bytes of a last word that are not the value's mean nothing.
//!
//! | turn | copy 0 | copy 1 | who leaves this state, and how |
//! |---|---|---|---|
//! | even | the value | free: nobody reads it, a writer may be at it | a writer: fills copy 1, turn := turn + 1 |
//! | odd | free | the value | a writer: fills copy 0, turn := turn + 1 |
//!
//! # Invariants
//!
//! 1. `turn` and the copies are written under the lock of whoever uses the record, so by one at a
//!    time; the one word of a short value may also be changed without it.
//! 2. The value at turn s is written over by the writer that found s + 1, and by none before.
//! 3. A reader that finds the turn as it was before it read the copy has read one value.
//! 4. A writer commits by one store of one word. Before it nothing has happened, after it
//!    everything has; so an owner that died leaves nothing to repair.
//!
//! # Memory ordering
//!
//! The commit is a Release and the first look of a reader an Acquire: who sees the turn sees the
//! copy. A writer has a Release fence between its look at the turn and its copy, and a reader an
//! Acquire fence between its copy and its second look: who sees one word of the writer that found
//! s + 1 finds the turn to be s + 1 or later, and reads anew. The words themselves are Relaxed: no
//! plain read ever touches memory that another process may write.
//!
//! All access to a short value is Acquire and Release, so that either kind hands on what its writer
//! did before.
//!
//! Source: the sequence lock of H. Boehm, "Can seqlocks get along with programming language memory
//! models?" (2012), here with two copies, so that a writer that stops disturbs no reader.

mod bytes;
mod turns;
mod word;
#[cfg(not(forkstep_loom))]
mod words;

use std::marker::PhantomData;

pub use bytes::Plain;
pub use word::{Integer, Word};
pub(crate) use word::{compare_exchange, fetch_add, store};

use crate::region::{Layout, Placed, RegionError};
use crate::sys::AtomicU64;
use turns::Turns;

/// So many values of one type in a region.
pub(crate) struct Records<T> {
    words: Placed<[AtomicU64]>,
    len: usize,
    values: PhantomData<fn(T) -> T>,
}

// Derived, it would ask for `T: Clone`.
impl<T> Clone for Records<T> {
    fn clone(&self) -> Self {
        Self { words: self.words.clone(), len: self.len, values: PhantomData }
    }
}

/// Where one value lies.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Record<'a> {
    /// A short one.
    Word(&'a AtomicU64),
    /// A longer one.
    Turns(Turns<'a>),
}

/// How many words a record of a value of `size` bytes has.
const fn stride(size: usize) -> usize {
    match bytes::words(size) {
        1 => 1,
        words => 1 + 2 * words,
    }
}

/// How many bytes of a region `len` values of `size` bytes take, alignment included; `None` if
/// there is no such number.
pub(crate) fn footprint(size: usize, len: usize) -> Option<usize> {
    let bytes = len.checked_mul(stride(size))?.checked_mul(size_of::<AtomicU64>())?;
    bytes.checked_add(align_of::<AtomicU64>())
}

impl<T: Plain> Records<T> {
    /// How many words a record has.
    const STRIDE: usize = stride(size_of::<T>());

    /// Makes values of zeros, or finds them, as the next part of a layout. What has to be the same
    /// in all processes is `len` and the size of `T`.
    pub(crate) fn lay_out(layout: &mut Layout<'_>, len: usize) -> Result<Self, RegionError> {
        let words = len.saturating_mul(Self::STRIDE);
        let mut number = 0..;
        let words = layout.many(words, || {
            let is_turn = Self::STRIDE > 1 && number.next().is_some_and(|n| n % Self::STRIDE == 0);
            AtomicU64::named(0, if is_turn { "turn" } else { "word" })
        })?;
        Ok(Self { words, len, values: PhantomData })
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The record of that number, if there is one.
    #[inline]
    fn get(&self, index: usize) -> Option<Record<'_>> {
        if index >= self.len {
            return None;
        }
        let at = index * Self::STRIDE;
        Some(match &self.words[at..at + Self::STRIDE] {
            [word] => Record::Word(word),
            [turn, copies @ ..] => Record::Turns(Turns::new(turn, copies)),
            [] => unreachable!("a record has words"),
        })
    }

    #[inline]
    fn record(&self, index: usize) -> Record<'_> {
        self.get(index).expect("the caller keeps to the length")
    }

    /// Reads the value of that number, whole, without the lock.
    ///
    /// # Panics
    ///
    /// There is none.
    #[inline]
    pub(crate) fn read(&self, index: usize) -> T {
        match self.record(index) {
            Record::Word(word) => bytes::value_of(word::look(word)),
            Record::Turns(turns) => turns.read(),
        }
    }

    /// Replaces the value of that number. The caller holds the lock.
    ///
    /// # Panics
    ///
    /// There is none.
    #[inline]
    pub(crate) fn write(&self, index: usize, value: &T) {
        match self.record(index) {
            Record::Word(word) => word::put(word, bytes::word_of(value)),
            Record::Turns(turns) => turns.write(value),
        }
    }

    /// Replaces the value of that number by what `change` makes of it, and returns that. The caller
    /// holds the lock; a word that is changed without it meanwhile is changed again from there.
    ///
    /// # Panics
    ///
    /// There is none.
    #[inline]
    pub(crate) fn change(&self, index: usize, mut change: impl FnMut(T) -> T) -> T {
        match self.record(index) {
            Record::Word(word) => word::change(word, change),
            Record::Turns(turns) => {
                let value = change(turns.read());
                turns.write(&value);
                value
            }
        }
    }
}

impl<T: Word> Records<T> {
    /// The word of that number.
    ///
    /// # Panics
    ///
    /// There is none.
    #[inline]
    pub(crate) fn word(&self, index: usize) -> &AtomicU64 {
        match self.record(index) {
            Record::Word(word) => word,
            Record::Turns(_) => unreachable!("the types of one word are named, and none is longer"),
        }
    }
}

#[cfg(all(test, not(forkstep_loom)))]
mod tests {
    use super::*;
    use crate::region::Region;
    use crate::sys::Ordering;

    type Long = [u64; 3];

    fn made(region: &Region, len: usize) -> Records<Long> {
        Records::lay_out(&mut Layout::make(region), len).expect("room")
    }

    #[test]
    fn records_are_found_again() {
        let region =
            Region::anonymous(footprint(size_of::<Long>(), 5).expect("small")).expect("small");
        let records = made(&region, 5);
        (0..5).for_each(|n| records.write(n as usize, &[n; 3]));
        let found =
            Records::<Long>::lay_out(&mut Layout::find(&region), 5).expect("as it was made");
        found.write(3, &[30; 3]);
        assert_eq!((records.read(3), found.read(4), found.len()), ([30; 3], [4; 3], 5));
    }

    /// Another process may have written anything: any turn names a copy, and goes on to the next.
    #[test]
    fn any_turn_is_one() {
        let region =
            Region::anonymous(footprint(size_of::<Long>(), 1).expect("small")).expect("small");
        let records = made(&region, 1);
        for turn in [u64::MAX, u64::MAX - 1, 1 << 63] {
            records.words[0].store(turn, Ordering::Relaxed);
            for n in 1..5 {
                records.write(0, &[n; 3]);
                assert_eq!(records.read(0), [n; 3]);
            }
            assert_eq!(records.words[0].load(Ordering::Relaxed), turn.wrapping_add(4));
        }
    }

    #[test]
    fn room_that_cannot_be_has_no_number() {
        assert_eq!(footprint(size_of::<u8>(), usize::MAX), None);
        assert_eq!(footprint(size_of::<Long>(), usize::MAX / 8), None);
        assert_eq!(footprint(size_of::<u8>(), 1), Some(16));
    }
}
