//! The shared memory of a scenario, as the tracer sees it: mapped at the same addresses as in the
//! participants, whose own view of it is closed.

#![allow(unsafe_code, reason = "reads and writes memory that tracees have mapped too")]

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::Range;

use super::kernel;
use super::trace::Value;

/// The bytes of a word, the unit in which changes are kept.
const WORD: u64 = 8;

/// What is shared, what it held, and a hash of what it holds.
#[derive(Debug)]
pub(super) struct SharedMemory {
    ranges: Vec<Range<u64>>,
    /// Each change, so that it can be undone: where, and the words that stood there.
    changes: Vec<Span>,
    /// The hashes of all words, combined: the same for the same content.
    hash: u128,
}

/// Some words and what they held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    start: u64,
    words: Vec<u64>,
}

impl SharedMemory {
    /// What lies in these ranges, which stay mapped in this process, of whole pages each.
    pub(super) fn new(ranges: Vec<Range<u64>>) -> Self {
        let mut memory = Self { ranges, changes: Vec::new(), hash: 0 };
        memory.hash = memory.hash_of_all();
        memory
    }

    pub(super) fn ranges(&self) -> &[Range<u64>] {
        &self.ranges
    }

    /// Whether all these bytes are shared.
    pub(super) fn contains(&self, address: u64, len: u64) -> bool {
        let end = address.saturating_add(len);
        self.ranges.iter().any(|range| range.start <= address && end <= range.end)
    }

    /// The same for the same content, and most likely another for another.
    pub(super) fn hash(&self) -> u128 {
        self.hash
    }

    /// How many changes there have been.
    pub(super) fn changes(&self) -> usize {
        self.changes.len()
    }

    /// Up to 64 bytes from `address` on.
    pub(super) fn value(&self, address: u64, len: u64) -> Value {
        let mut bytes = [0; 64];
        let len = len.min(64);
        self.copy(address, &mut bytes[..len as usize]);
        Value::new(&bytes[..len as usize])
    }

    /// All these bytes.
    pub(super) fn content(&self, address: u64, len: u64) -> Vec<u8> {
        let mut bytes = vec![0; len as usize];
        self.copy(address, &mut bytes);
        bytes
    }

    /// The words that these bytes lie in.
    pub(super) fn span(&self, address: u64, len: u64) -> Span {
        let start = address / WORD * WORD;
        let end = (address + len).next_multiple_of(WORD);
        let words = (start..end).step_by(WORD as usize).map(|at| self.word_at(at));
        Span { start, words: words.collect() }
    }

    /// Notes that a tracee has changed what lay there before, if it has.
    pub(super) fn changed(&mut self, before: Span) {
        let len = before.words.len() as u64 * WORD;
        let after = self.span(before.start, len);
        if after != before {
            self.hash ^= before.hash() ^ after.hash();
            self.changes.push(before);
        }
    }

    /// Undoes all but the first `changes` changes.
    pub(super) fn undo(&mut self, changes: usize) {
        while self.changes.len() > changes {
            let Some(before) = self.changes.pop() else { break };
            let after = self.span(before.start, before.words.len() as u64 * WORD);
            self.hash ^= before.hash() ^ after.hash();
            for (address, word) in before.each() {
                self.write(address, &word.to_le_bytes());
            }
        }
    }

    fn hash_of_all(&self) -> u128 {
        let spans = self.ranges.iter().map(|range| self.span(range.start, range.end - range.start));
        spans.fold(0, |hash, span| hash ^ span.hash())
    }

    fn word_at(&self, address: u64) -> u64 {
        let mut bytes = [0; WORD as usize];
        self.copy(address, &mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn copy(&self, address: u64, into: &mut [u8]) {
        assert!(self.contains(address, into.len() as u64), "only shared memory is read here");
        let from = address as *const u8;
        // SAFETY: the range is mapped for reading in this process as long as the scenario's state
        // is; all tracees stand still, so nobody writes meanwhile.
        unsafe { std::ptr::copy_nonoverlapping(from, into.as_mut_ptr(), into.len()) };
        // What tracees wrote while this process waited is memory that it has not read before.
        std::sync::atomic::compiler_fence(std::sync::atomic::Ordering::SeqCst);
    }

    /// Puts bytes there as if they had been there all the time: no change is noted.
    pub(super) fn pretend(&mut self, address: u64, bytes: &[u8]) {
        self.write(address, bytes);
    }

    fn write(&mut self, address: u64, bytes: &[u8]) {
        assert!(self.contains(address, bytes.len() as u64), "only shared memory is written here");
        let to = address as *mut u8;
        // SAFETY: as in `copy`; the state's own types are made for changes by other processes.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len()) };
    }
}

impl Span {
    fn each(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        (self.start..).step_by(WORD as usize).zip(self.words.iter().copied())
    }

    /// The words' hashes, combined so that order does not matter; nothing for words of zeros, of
    /// which there are most.
    fn hash(&self) -> u128 {
        let told = self.each().filter(|(_, word)| *word != 0);
        told.fold(0, |hash, place_and_word| hash ^ hash_of(&place_and_word))
    }
}

/// A hash of two times 64 bits, for tables whose entries are taken for what they are hashes of.
pub(super) fn hash_of(what: &impl std::hash::Hash) -> u128 {
    let half = |salt: u64| {
        let mut hasher = DefaultHasher::new();
        salt.hash(&mut hasher);
        what.hash(&mut hasher);
        hasher.finish()
    };
    u128::from(half(1)) << 64 | u128::from(half(2))
}

impl kernel::Memory for SharedMemory {
    fn pointer(&self, address: u64) -> Option<u64> {
        self.contains(address, 8).then(|| self.value(address, 8).number().unwrap_or(0))
    }

    fn word(&self, address: u64) -> Option<u32> {
        self.contains(address, 4).then(|| self.value(address, 4).number().unwrap_or(0) as u32)
    }

    fn set_word(&mut self, address: u64, new: u32) {
        let before = self.span(address, 4);
        self.write(address, &new.to_le_bytes());
        self.changed(before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> (Vec<u64>, SharedMemory) {
        let words = vec![0_u64; 32];
        let start = words.as_ptr().addr() as u64;
        let range = start..start + 256;
        (words, SharedMemory::new([range].into()))
    }

    #[test]
    fn changes_are_seen_in_the_hash_and_undone() {
        let (words, mut memory) = page();
        let start = memory.ranges()[0].start;
        let empty = memory.hash();
        kernel::Memory::set_word(&mut memory, start + 12, 7);
        let seven = memory.hash();
        assert_ne!(empty, seven);
        assert_eq!(seven, memory.hash_of_all());
        kernel::Memory::set_word(&mut memory, start + 8, 9);
        assert_eq!(memory.value(start + 12, 4).number(), Some(7));
        memory.undo(1);
        assert_eq!(memory.hash(), seven);
        memory.undo(0);
        assert_eq!((memory.hash(), memory.changes()), (empty, 0));
        assert!(words.iter().all(|word| *word == 0));
    }

    #[test]
    fn what_lies_outside_is_not_shared() {
        let (_words, memory) = page();
        let Range { start, end } = memory.ranges()[0].clone();
        assert!(memory.contains(start, 256) && !memory.contains(start, 257));
        assert!(!memory.contains(end, 1) && !memory.contains(u64::MAX, 8));
    }
}
