//! What addresses and threads are called.

use super::super::participant::FIRST_THREAD;
use super::super::trace::{What, Word};
use super::Timeline;

/// The names of all words of an execution, those without a name numbered as they come.
pub(super) struct Names<'a> {
    timeline: &'a Timeline<'a>,
    unnamed: Vec<u64>,
    /// The words that the kernel has changed after a death.
    robust: Vec<u64>,
}

impl What {
    /// Where in shared memory it happens, and to how many bytes.
    pub(super) fn place(&self) -> Option<(u64, u64)> {
        match self {
            Self::Access { address, old, .. } => Some((*address, old.bytes().len() as u64)),
            Self::Wait { address, .. } | Self::Wake { address, .. } => Some((*address, 4)),
            Self::Robust { address, .. } => Some((*address, 4)),
            _ => None,
        }
    }
}

impl<'a> Names<'a> {
    pub(super) fn of(timeline: &'a Timeline<'a>) -> Self {
        let (mut unnamed, mut robust) = (Vec::new(), Vec::new());
        for what in timeline.events.iter().map(|event| &event.what) {
            let Some((address, _)) = what.place() else { continue };
            let is_named = timeline.words.iter().any(|word| word.touches(address, 1));
            if !is_named && !unnamed.contains(&address) {
                unnamed.push(address);
            }
            if matches!(what, What::Robust { .. }) {
                robust.push(address);
            }
        }
        Self { timeline, unnamed, robust }
    }

    /// The name of a place.
    pub(super) fn word(&self, address: u64) -> String {
        let number = || self.unnamed.iter().position(|other| *other == address).unwrap_or(0) + 1;
        let named = Word::name_at(self.timeline.words, address);
        named.unwrap_or_else(|| format!("unnamed word {}", number()))
    }

    /// Whether the kernel has treated it as a robust word.
    pub(super) fn is_robust(&self, address: u64) -> bool {
        self.robust.contains(&address)
    }

    pub(super) fn participant(&self, number: usize) -> String {
        self.timeline.who(number)
    }

    pub(super) fn participants(&self, numbers: &[usize]) -> String {
        let names: Vec<_> = numbers.iter().map(|number| self.participant(*number)).collect();
        names.join(" and ")
    }

    /// The participant whose thread has this number.
    pub(super) fn thread(&self, tid: u32) -> String {
        match tid.checked_sub(FIRST_THREAD) {
            Some(number) if number as usize <= self.timeline.roles.len() => {
                self.participant(number as usize)
            }
            _ => format!("thread {tid}"),
        }
    }
}
