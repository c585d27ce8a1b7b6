//! Short values: one word, which may also be changed without the lock.

use super::bytes::{Plain, value_of, word_of};
use crate::sys::{AtomicU64, Ordering};

/// Numbers, which fit a word and so can be changed without a lock.
///
/// Sealed: the integers of up to 64 bits, `f32` and `f64`.
pub trait Word: Plain + Copy + sealed::Sealed {}

/// Numbers that can be added to without a lock: integers of up to 64 bits.
pub trait Integer: Word {}

mod sealed {
    /// Keeps others from adding types that are longer than a word.
    pub trait Sealed {}
}

macro_rules! word {
    ($trait:ident: $($type:ty)*) => {
        $(
            impl sealed::Sealed for $type {}
            impl Word for $type {}
            $trait!($type);
        )*
    };
}
macro_rules! integer {
    ($type:ty) => {
        impl Integer for $type {}
    };
}
macro_rules! number {
    ($type:ty) => {};
}
word!(integer: i8 i16 i32 i64 isize u8 u16 u32 u64 usize);
word!(number: f32 f64);

/// Reads the word.
#[inline]
pub(super) fn look(word: &AtomicU64) -> u64 {
    // ORDERING: Acquire, paired with the Release of whoever wrote it.
    // LINEARIZES: get of a short value.
    word.load(Ordering::Acquire)
}

/// Writes the word.
#[inline]
pub(super) fn put(word: &AtomicU64, value: u64) {
    // ORDERING: Release: see `look`.
    // LINEARIZES: set of a short value.
    // CRASH: before it the old value, after it the new one.
    word.store(value, Ordering::Release);
}

/// Changes the word by `change`, anew whenever somebody else changes it meanwhile; returns what it
/// was changed to.
#[inline]
pub(super) fn change<T: Plain>(word: &AtomicU64, mut change: impl FnMut(T) -> T) -> T {
    let mut seen = look(word);
    loop {
        let value = change(value_of(seen));
        // ORDERING: Release, paired with `look`; what is replaced was acquired when it was seen,
        // and what is found instead is acquired here.
        // LINEARIZES: update of a short value.
        // CRASH: before it the old value, after it the new one.
        let (success, failure) = (Ordering::Release, Ordering::Acquire);
        match word.compare_exchange(seen, word_of(&value), success, failure) {
            Ok(_) => return value,
            Err(found) => seen = found,
        }
    }
}

/// Writes `new` if the value is `current`, bit for bit; returns what it was.
///
/// Only the bytes of the value count: an addition may have carried into those behind it.
#[inline]
pub(crate) fn compare_exchange<T: Word>(word: &AtomicU64, current: T, new: T) -> Result<T, T> {
    let mut seen = look(word);
    loop {
        let value: T = value_of(seen);
        if word_of(&value) != word_of(&current) {
            return Err(value);
        }
        // ORDERING: as for `change`.
        // LINEARIZES: compare_exchange.
        // CRASH: before it the old value, after it the new one.
        let (success, failure) = (Ordering::Release, Ordering::Acquire);
        match word.compare_exchange(seen, word_of(&new), success, failure) {
            Ok(_) => return Ok(value),
            Err(found) => seen = found,
        }
    }
}

/// Writes the value.
#[inline]
pub(crate) fn store<T: Word>(word: &AtomicU64, value: T) {
    put(word, word_of(&value));
}

/// Adds to the value, wrapping around; returns what it was.
#[inline]
pub(crate) fn fetch_add<T: Integer>(word: &AtomicU64, value: T) -> T {
    // The value lies in the lowest bytes, so what it carries goes into those that mean nothing.
    // ORDERING: Release and Acquire: see `look`.
    // LINEARIZES: fetch_add.
    // CRASH: before it the old value, after it the new one.
    value_of(word.fetch_add(word_of(&value), Ordering::AcqRel))
}
