//! One script at work: the operations in turn, and what they lead to.

use std::fmt::Debug;
use std::fs::File;
use std::time::{Duration, Instant};

use super::board::Board;
use super::damage::Damage;
use super::datum::Datum;
use super::planted::Planted;
use super::script::{Step, Use};

/// For how long operations wait.
pub(super) const PATIENCE: Duration = Duration::from_millis(2);

/// A generous bound on what scheduling delays can be; less than any wait for a lock without a
/// time-out, which must not be hidden in an operation that has one.
const OVERRUN: Duration = Duration::from_millis(800);

/// Where scripts are executed.
#[derive(Clone, Copy, Debug)]
pub(super) struct World<'a> {
    pub(super) board: &'a Board,
    pub(super) start: Instant,
    pub(super) planted: Planted,
}

impl World<'_> {
    /// Notes that something begins that has an end.
    pub(super) fn begin(&self) {
        self.board.begin(self.start.elapsed().as_nanos() as u64);
    }
}

/// The steps of a script that are still to be taken.
pub(super) struct Session<'a> {
    world: World<'a>,
    steps: Box<dyn Iterator<Item = Step> + 'a>,
    file: &'a File,
    /// Whether an operation has said that a lock is held for too long.
    was_busy: bool,
    /// When the operation at work has to be done, if that follows from its time-out.
    due: Option<Instant>,
}

impl<'a> Session<'a> {
    pub(super) fn new(
        world: World<'a>,
        steps: impl Iterator<Item = Step> + 'a,
        file: &'a File,
    ) -> Self {
        Self { world, steps: Box::new(steps), file, was_busy: false, due: None }
    }

    /// The next operation; before it, what comes first is corrupted.
    pub(super) fn next(&mut self) -> Option<Use> {
        loop {
            let overrun =
                self.due.take().and_then(|due| Instant::now().checked_duration_since(due));
            assert_eq!(overrun, None, "an operation went on past its deadline");
            self.world.begin();
            match self.steps.next()? {
                Step::Damage(damage) => self.corrupt(damage),
                Step::Use(operation) => {
                    self.world.board.count_operation();
                    self.due = Some(Instant::now() + PATIENCE + OVERRUN);
                    return Some(operation);
                }
            }
        }
    }

    /// Notes that something begins that has an end.
    pub(super) fn begin(&self) {
        self.world.begin();
    }

    /// Corrupts the memory.
    pub(super) fn corrupt(&self, damage: Damage) {
        let (_, word) = damage.apply(self.file).expect("the file can be written");
        self.world.board.count_corruption();
        self.world.planted.use_word(word);
    }

    /// Notes an error.
    pub(super) fn note<T, E: Debug>(&mut self, result: Result<T, E>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.was_busy |= self.world.board.count_error(&error) == "Busy";
                None
            }
        }
    }

    /// Notes whether a value is as somebody wrote it.
    pub(super) fn judge<E: Debug>(&mut self, result: Result<Datum, E>) {
        let is_wrong = self.note(result).is_some_and(|datum| !datum.is_sound());
        self.count_if_wrong(is_wrong);
    }

    pub(super) fn count_if_wrong(&self, is_wrong: bool) {
        if is_wrong {
            self.world.board.count_wrong_data();
        }
    }

    /// As [`judge`](Self::judge), where there need not be a value.
    pub(super) fn judge_some<E: Debug>(&mut self, result: Result<Option<Datum>, E>) {
        if let Some(datum) = self.note(result).flatten() {
            self.judge::<()>(Ok(datum));
        }
    }

    /// Asks whether the operation may be one that waits for a lock for longer than [`PATIENCE`]:
    /// once one of them has done so, the others of the script are left out, or it would take too
    /// long.
    pub(super) fn may_wait_long(&mut self) -> bool {
        if !self.was_busy {
            self.due = None;
        }
        !self.was_busy
    }
}
