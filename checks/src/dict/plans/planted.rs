//! Planted bugs, so that the checks of plans are seen to fail.

/// What the participants of a plan do wrong on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// Nothing: the plan is a check of the dict.
    Nothing,
    /// Updates by a get and then an insert.
    UpdatesInTwoSteps,
    /// Removes nothing, and says that it has.
    PretendsToRemove,
    /// Inserts a value that is half written, and then the whole one.
    TearsValues,
    /// Says of a key what it has said of it before.
    RemembersReads,
    /// Compares, and then sets.
    ComparesAndThenSets,
    /// Clears all keys but one.
    SparesAKey,
    /// Goes in for an update and stays there.
    NeverEnds,
}
