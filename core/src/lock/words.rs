//! The names of a lock's words.

use super::Lock;
use crate::sys::robust::Links;
use crate::words::{NamedWord, Words};

impl Words for Lock {
    fn words(&self) -> Vec<NamedWord> {
        let state = self.state();
        let links = std::ptr::from_ref(&state.links).addr();
        let link = |name, at| NamedWord::area(name, links + at, size_of::<usize>());
        vec![
            NamedWord::of("lock.word", &state.word),
            NamedWord::of("lock.poison", &state.poison),
            NamedWord::of("lock.owner", &state.owner),
            link("lock.links.prev", Links::PREV_AT),
            link("lock.links.next", Links::NEXT_AT),
        ]
    }
}
