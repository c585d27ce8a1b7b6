//! Planted bugs, so that the checks of plans are seen to fail.

/// What the participants of a plan do wrong on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// Nothing: the plan is a check of the queue.
    Nothing,
    /// Gets an item and says that there was none.
    LosesItems,
    /// Puts an item twice.
    PutsTwice,
    /// Spoils a byte of all but the shortest items.
    SpoilsItems,
    /// Puts the items of each pair the other way round.
    SwapsItems,
    /// Puts nothing, and says it has.
    PretendsToPut,
    /// Gets one item and sleeps for ever.
    NeverEnds,
}
