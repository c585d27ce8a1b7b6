//! The few operations that litmus programs are made of.

use forkstep_model::atomic::Ordering;

/// Shared words, numbered from 0, on some engine.
pub trait Memory {
    /// Reads a word.
    fn load(&self, word: usize, order: Ordering) -> u64;
    /// Writes a word.
    fn store(&self, word: usize, value: u64, order: Ordering);
    /// Adds to a word; returns what it held.
    fn add(&self, word: usize, value: u64, order: Ordering) -> u64;
    /// Replaces `from` by `to`; says whether it did.
    fn exchange(&self, word: usize, from: u64, to: u64, order: Ordering) -> bool;
    /// A fence.
    fn fence(&self, order: Ordering);
    /// Lets the others run: for loops that wait for them.
    fn yield_now(&self);
    /// Sleeps while the word holds `expected`, as a futex does.
    fn futex_wait(&self, word: usize, expected: u64);
    /// Wakes all who sleep on the word.
    fn futex_wake_all(&self, word: usize);
}
