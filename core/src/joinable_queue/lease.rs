//! A task in the hands of a consumer.

use std::fmt;
use std::ops::Deref;

use super::error::TaskDoneError;
use super::tasks::{Taken, Tasks};
use crate::enter::EnterError;

/// Holds a task until it is done.
///
/// [`task_done`](Self::task_done) ends the task. A lease that is dropped without it gives the task
/// back, and so does one whose process dies, in whatever way: the next getter gets the task, before
/// all tasks that were put later, delivered once more. A lease belongs to its thread; a copy that a
/// fork made is inert in the child.
#[must_use = "a lease that is dropped at once gives its task back"]
pub struct Lease<'a, T> {
    tasks: &'a Tasks,
    /// Taken out at the end.
    taken: Option<Taken<'a>>,
    number: u64,
    deliveries: u32,
    task: T,
}

impl<'a, T> Lease<'a, T> {
    pub(super) fn new(tasks: &'a Tasks, taken: Taken<'a>, number: u64, task: T) -> Self {
        Self { tasks, number, deliveries: taken.deliveries, taken: Some(taken), task }
    }

    /// Says that the task is done. Too often cannot be written.
    ///
    /// If the process dies in here, the task is done or not; if not, another consumer gets it.
    ///
    /// # Errors
    ///
    /// [`TaskDoneError::NotHeld`] in a forked child, which has only a copy; `Refused` if this
    /// thread holds too many locks; `Busy` if another process was stopped in the middle of a get;
    /// `Corrupt` if the shared memory is. Then the task is given back.
    pub fn task_done(mut self) -> Result<(), TaskDoneError> {
        let Some(taken) = self.taken.take() else { return Err(TaskDoneError::NotHeld) };
        match self.tasks.done(taken) {
            Ok(true) => Ok(()),
            Ok(false) => Err(TaskDoneError::NotHeld),
            Err(EnterError::Refused) => Err(TaskDoneError::Refused),
            Err(EnterError::Busy | EnterError::TimedOut) => Err(TaskDoneError::Busy),
            Err(EnterError::Corrupt) => Err(TaskDoneError::Corrupt),
        }
    }

    /// The task's number in the order of puts, from 0.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// How often the task has been delivered, this time included. More than once means that a
    /// consumer died with it, or gave it back: part of the work may be done already.
    #[must_use]
    pub fn deliveries(&self) -> u32 {
        self.deliveries
    }
}

impl<T> Deref for Lease<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.task
    }
}

impl<T: fmt::Debug> fmt::Debug for Lease<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease")
            .field("number", &self.number)
            .field("deliveries", &self.deliveries)
            .field("task", &self.task)
            .finish()
    }
}

impl<T> Drop for Lease<'_, T> {
    fn drop(&mut self) {
        if let Some(taken) = self.taken.take() {
            self.tasks.give_back(taken);
        }
    }
}
