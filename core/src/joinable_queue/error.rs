//! What can go wrong with finishing tasks and with waiting for their end.

use std::fmt;

use super::unfinished::Unfinished;

/// Why a task was not marked as done. It goes to another consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TaskDoneError {
    /// The lease is a copy that a fork made: it belongs to the parent.
    NotHeld,
    /// The queue's lock is refused to this thread: it holds 2,048 locks already.
    Refused,
    /// Another process has been inside the queue for a second, as for
    /// [`GetError::Busy`](crate::GetError::Busy).
    Busy,
    /// The memory of the queue is corrupt.
    Corrupt,
}

impl fmt::Display for TaskDoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotHeld => "the lease belongs to the process that this one was forked from",
            Self::Refused => "the queue's lock is refused to this thread: it holds too many locks",
            Self::Busy => {
                "another process has been inside the queue for a second: perhaps it was stopped"
            }
            Self::Corrupt => "the memory of the queue is corrupt",
        })
    }
}

impl std::error::Error for TaskDoneError {}

/// Why a join ended before all tasks were done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JoinError {
    /// The time was up; here is who held what then.
    TimedOut(Unfinished),
    /// The queue's lock is refused to this thread: it holds 2,048 locks already.
    Refused,
    /// The memory of the queue is corrupt.
    Corrupt,
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut(status) => write!(f, "not all tasks were done in time: {status}"),
            Self::Refused => {
                f.write_str("the queue's lock is refused to this thread: it holds too many locks")
            }
            Self::Corrupt => f.write_str("the memory of the queue is corrupt"),
        }
    }
}

impl std::error::Error for JoinError {}
