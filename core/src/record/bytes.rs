//! Values as words, and words as values.

use zerocopy::{FromBytes, Immutable, IntoBytes};

/// How many bytes a word has.
const WORD: usize = 8;

/// Types that may lie in a [`Value`](crate::Value) or an [`Array`](crate::Array): of known bytes,
/// any of which are a value, without padding, pointers or interior mutability.
///
/// All numbers are, arrays of such types, and structs that derive zerocopy's `FromBytes`,
/// `IntoBytes` and `Immutable` (its version 0.8 is what a program then depends on, too); `bool` and
/// `char` are not, because not every byte is one.
///
/// # Examples
///
/// ```
/// use forkstep::Value;
/// use zerocopy::{FromBytes, Immutable, IntoBytes};
///
/// #[derive(FromBytes, IntoBytes, Immutable)]
/// struct Point {
///     x: f64,
///     y: f64,
/// }
///
/// let point = Value::new(Point { x: 1.0, y: 2.0 })?;
/// assert_eq!(point.get().y, 2.0);
/// # Ok::<(), forkstep::RegionError>(())
/// ```
pub trait Plain: FromBytes + IntoBytes + Immutable {}

impl<T: FromBytes + IntoBytes + Immutable> Plain for T {}

/// How many words a value of `size` bytes takes; one even for none.
pub(super) const fn words(size: usize) -> usize {
    if size <= WORD { 1 } else { size.div_ceil(WORD) }
}

/// A short value as a word.
#[inline]
pub(super) fn word_of<T: Plain>(value: &T) -> u64 {
    padded(value.as_bytes())
}

/// The value that lies in a word.
#[inline]
pub(super) fn value_of<T: Plain>(word: u64) -> T {
    let mut value = T::new_zeroed();
    let bytes = value.as_mut_bytes();
    let word = word.to_le_bytes();
    let len = bytes.len();
    bytes.copy_from_slice(&word[..len]);
    value
}

/// The bytes of a value: those that fill words, and the rest.
#[inline]
pub(super) fn split<T: Plain>(value: &T) -> (&[[u8; WORD]], &[u8]) {
    value.as_bytes().as_chunks()
}

/// As [`split`], to be written.
#[inline]
pub(super) fn split_mut<T: Plain>(value: &mut T) -> (&mut [[u8; WORD]], &mut [u8]) {
    value.as_mut_bytes().as_chunks_mut()
}

/// The rest of a value as a word.
#[inline]
pub(super) fn padded(rest: &[u8]) -> u64 {
    let mut word = [0; WORD];
    word[..rest.len()].copy_from_slice(rest);
    u64::from_le_bytes(word)
}
