//! Who shares the objects of a bench: forked processes, or threads.

use crate::crew::{self, Between, Cores, Participant, Run};

/// Runs the participants that share objects of one kind.
pub trait SharedBy<T> {
    /// What they are.
    const BETWEEN: Between;

    /// Runs `body` as one participant for each of `cores`, as [`crew::run`] does.
    fn run(shared: &[T], cores: Cores, body: impl Fn(&[T], &Participant<'_>) + Sync) -> Run;
}

/// Shares objects between processes: each has its own copy of what is not in shared memory.
#[derive(Debug)]
pub struct ByProcesses;

impl<T> SharedBy<T> for ByProcesses {
    const BETWEEN: Between = Between::Processes;

    fn run(shared: &[T], cores: Cores, body: impl Fn(&[T], &Participant<'_>) + Sync) -> Run {
        crew::run_processes(cores, |participant| body(shared, participant))
    }
}

/// Shares objects between threads.
#[derive(Debug)]
pub struct ByThreads;

impl<T: Sync> SharedBy<T> for ByThreads {
    const BETWEEN: Between = Between::Threads;

    fn run(shared: &[T], cores: Cores, body: impl Fn(&[T], &Participant<'_>) + Sync) -> Run {
        crew::run_threads(cores, |participant| body(shared, participant))
    }
}
