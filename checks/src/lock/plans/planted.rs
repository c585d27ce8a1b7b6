//! Planted bugs, so that the checks of plans are seen to fail.

/// What the participants of a plan do wrong on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// Nothing: the plan is a check of the lock.
    Nothing,
    /// Goes in without the lock.
    EntersWithoutLock,
    /// Finds that an owner died, repairs, and does not report it.
    HidesOwnerDied,
    /// Undoes its increments and counts them as finished.
    LosesIncrements,
    /// Keeps the lock and sleeps for ever.
    NeverReleases,
}
