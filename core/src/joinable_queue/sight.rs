//! What a queue of tasks looks like to one who only looks.

use std::fmt;

use serde::Serialize;

use super::typed::JoinableQueue;
use super::unfinished::{Holding, Unfinished};
use crate::lock::LockSight;

/// A queue of tasks as it was seen in passing: others go on meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TasksSight {
    /// How many tasks may be queued.
    pub capacity: usize,
    /// How many more may be held or be dead letters while it is full.
    pub leases: usize,
    /// How long a task may be.
    pub task_bytes: usize,
    /// How often a task is delivered before it becomes a dead letter.
    pub max_deliveries: u32,
    /// Whether the queue was closed.
    pub closed: bool,
    /// What was to be done, and who held what.
    pub unfinished: Unfinished,
    /// The lock of the side on which tasks are put.
    pub producers: LockSight,
    /// The lock of the side on which they are got and done.
    pub consumers: LockSight,
}

impl<T> JoinableQueue<T> {
    /// Looks at the queue without touching it.
    pub(crate) fn sight(&self) -> TasksSight {
        let tasks = &self.tasks;
        let size = tasks.size();
        TasksSight {
            capacity: size.items,
            leases: size.leases,
            task_bytes: size.task_bytes,
            max_deliveries: size.max_deliveries,
            closed: self.is_closed(),
            unfinished: tasks.unfinished(),
            producers: tasks.producers.sight(),
            consumers: tasks.consumers.sight(),
        }
    }
}

impl fmt::Display for TasksSight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Unfinished { queued, holdings, dead_letters } = &self.unfinished;
        writeln!(f, "queued     {queued} of {}", self.capacity)?;
        writeln!(f, "held       {} tasks", holdings.len())?;
        for Holding { task, owner, deliveries } in holdings {
            match owner {
                Some(owner) => write!(f, "             task {task} held by {owner}")?,
                None => write!(f, "             task {task} held by nobody who lives")?,
            }
            writeln!(f, ", delivery {deliveries} of {}", self.max_deliveries)?;
        }
        writeln!(f, "dead       {dead_letters} letters")?;
        writeln!(f, "task       at most {} bytes", self.task_bytes)?;
        writeln!(f, "leases     {} beside the queue", self.leases)?;
        writeln!(f, "closed     {}", if self.closed { "yes" } else { "no" })?;
        writeln!(f, "producers  {}", self.producers)?;
        write!(f, "consumers  {}", self.consumers)
    }
}
