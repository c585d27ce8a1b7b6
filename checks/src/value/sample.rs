//! What lies in the values of the models: numbers, of one word or repeated in several.

use forkstep_model::value::Plain;
use forkstep_model::{Array, Value};

/// A number in one word or in each of several, so that half of it is found out.
pub trait Sample: Plain + Copy + Send + Sync + 'static {
    /// How many words it takes.
    const WORDS: usize;

    /// The number as such a value.
    fn of(number: u64) -> Self;

    /// The words.
    fn words(&self) -> &[u64];

    /// The number.
    ///
    /// # Panics
    ///
    /// The value is none that was ever written.
    fn number(&self) -> u64 {
        let words = self.words();
        assert!(words.iter().all(|word| *word == words[0]), "torn: {words:?}");
        words[0]
    }

    /// The word as such, if it is one: for what needs no lock.
    fn word(value: &Value<Self>) -> Option<&Value<u64>>;

    /// As [`word`](Self::word), for an array.
    fn array(array: &Array<Self>) -> Option<&Array<u64>>;
}

impl Sample for u64 {
    const WORDS: usize = 1;

    fn of(number: u64) -> Self {
        number
    }

    fn words(&self) -> &[u64] {
        std::slice::from_ref(self)
    }

    fn word(value: &Value<Self>) -> Option<&Value<u64>> {
        Some(value)
    }

    fn array(array: &Array<Self>) -> Option<&Array<u64>> {
        Some(array)
    }
}

impl<const N: usize> Sample for [u64; N] {
    const WORDS: usize = N;

    fn of(number: u64) -> Self {
        [number; N]
    }

    fn words(&self) -> &[u64] {
        self
    }

    fn word(_: &Value<Self>) -> Option<&Value<u64>> {
        None
    }

    fn array(_: &Array<Self>) -> Option<&Array<u64>> {
        None
    }
}
