//! Planted bugs, so that the checks of plans are seen to fail.

/// What the participants of a plan do wrong on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// Nothing: the plan is a check of the queue.
    Nothing,
    /// Says that a task is done, and gives it back.
    PretendsToBeDone,
    /// Says that a task is done, and hides that it had it.
    HidesTasks,
    /// Puts a task twice.
    PutsTwice,
    /// Puts nothing, and says it has.
    PretendsToPut,
    /// Says that a join has returned, whatever it said.
    JoinsEarly,
    /// Gets a task and sleeps for ever.
    NeverEnds,
}
