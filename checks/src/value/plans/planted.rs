//! Planted bugs, so that the checks of plans are seen to fail.

/// What the participants of a plan do wrong on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// Nothing: the plan is a check of the value and the array.
    Nothing,
    /// Adds nothing, and says it has.
    LosesAdditions,
    /// Adds twice.
    AddsTwice,
    /// Sets values of which a word is another's.
    TearsValues,
    /// Sets what it has set long before.
    SetsOldValues,
    /// Adds to the array without the lock, by a get and a set.
    AddsWithoutLock,
    /// Keeps the lock and sleeps for ever.
    NeverReleases,
}
