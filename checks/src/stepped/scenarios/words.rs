//! Bare words in shared memory.

use std::ops::Index;

use forkstep::{Offset, Region, Shared};

use crate::stepped::Word;

/// Some words, all of them zero at the start, each with a name for the timeline.
#[derive(Debug)]
pub(super) struct Words<W, const N: usize> {
    region: Region,
    at: Offset<[W; N]>,
    names: [&'static str; N],
}

impl<W: Shared + Default, const N: usize> Words<W, N> {
    pub(super) fn new(names: [&'static str; N]) -> Self {
        let words: [W; N] = std::array::from_fn(|_| W::default());
        let region = Region::anonymous(size_of_val(&words)).expect("there is memory for a page");
        let at = region.place(words).expect("the region is made for them");
        Self { region, at, names }
    }

    /// What they are called, and where they are.
    pub(super) fn named(&self) -> Vec<Word> {
        let named = |number: usize| Word {
            name: self.names[number].to_owned(),
            address: (&raw const self[number]).addr() as u64,
            len: size_of::<W>() as u64,
        };
        (0..N).map(named).collect()
    }
}

impl<W: Shared, const N: usize> Index<usize> for Words<W, N> {
    type Output = W;

    #[inline(always)]
    fn index(&self, number: usize) -> &W {
        &self.region.get(self.at).expect("they were placed there")[number]
    }
}
