//! What participants of the models do.

/// What one participant does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Puts that many tasks, waiting for room.
    Put(u8),
    /// Puts that many with a short time-out for each.
    PutPatiently(u8),
    /// Puts until the queue is closed.
    PutUntilClosed,
    /// Gets and does that many tasks, waiting for each.
    Work(u8),
    /// Gets and does tasks until none comes for a short time, twice; it passes when all the others
    /// wait.
    WorkOn,
    /// Gets and does tasks until the queue is closed and nothing is left to do.
    WorkUntilClosed,
    /// Tries to get and do a task.
    TryWork,
    /// Gets a task, with a short time-out, and does it.
    WorkTimeout,
    /// Gets a task, with a short time-out, and gives it back undone.
    GiveBack,
    /// Gets two tasks, each with a short time-out, and then gives both back undone.
    GiveTwoBack,
    /// Gets a task, holds it, gets another and does both.
    HoldTwo,
    /// Puts a task, then asks for a dead letter.
    PutAndAsk,
    /// Gets a task, with a short time-out; if there was one, puts another and does the first.
    WorkTimeoutAndPut,
    /// Joins.
    Join,
    /// Joins with a short time-out.
    JoinPatiently,
    /// Closes the queue.
    Close,
}

impl Role {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Put(1) => "put",
            Self::Put(_) => "put twice",
            Self::PutPatiently(_) => "put patiently",
            Self::PutUntilClosed => "put until closed",
            Self::Work(1) => "work",
            Self::Work(_) => "work twice",
            Self::WorkOn => "work on",
            Self::WorkUntilClosed => "work until closed",
            Self::TryWork => "try to work",
            Self::WorkTimeout => "work with a time-out",
            Self::GiveBack => "give back",
            Self::GiveTwoBack => "give two back",
            Self::HoldTwo => "hold two",
            Self::PutAndAsk => "put and ask",
            Self::WorkTimeoutAndPut => "work with a time-out and put",
            Self::Join => "join",
            Self::JoinPatiently => "join patiently",
            Self::Close => "close",
        }
    }
}
