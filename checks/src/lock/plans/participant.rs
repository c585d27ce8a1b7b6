//! What one process of a plan does.

use std::thread;
use std::time::Instant;

use forkstep::atomic::Ordering;
use forkstep::{AcquireError, AcquireTimeoutError, Guard, Lock, TryAcquireError};

use super::board::{Board, Seat, Stage, add, read};
use super::plan::{How, Participant, Step};
use super::planted::Planted;
use crate::plans::pause::nanoseconds;

/// A participant at work.
pub(super) struct AtWork<'a> {
    pub(super) lock: &'a Lock,
    pub(super) board: &'a Board,
    pub(super) index: usize,
    /// Zero of all times on the board.
    pub(super) start: Instant,
    pub(super) planted: Planted,
}

impl<'a> AtWork<'a> {
    fn seat(&self) -> &'a Seat {
        &self.board.seats[self.index]
    }

    fn now(&self) -> u64 {
        nanoseconds(self.start.elapsed())
    }

    /// Goes through the whole program.
    ///
    /// # Errors
    ///
    /// What the lock did wrong.
    pub(super) fn live(&self, program: &Participant) -> Result<(), String> {
        while read(&self.board.go) == 0 {
            thread::yield_now();
        }
        let steps = program.steps.iter().cycle();
        for (attempt, step) in (0..program.attempts).zip(steps) {
            step.outside.pass();
            let last = program.last_attempt() == Some(attempt);
            self.attempt(step, last)?;
        }
        Ok(())
    }

    fn attempt(&self, step: &Step, last: bool) -> Result<(), String> {
        let seat = self.seat();
        seat.enter(Stage::Taking);
        let taken = match self.planted {
            Planted::EntersWithoutLock => {
                seat.enter(Stage::Holding);
                self.use_data(step, last)?;
                seat.enter(Stage::Outside);
                return Ok(());
            }
            _ => self.take(if last { How::Acquire } else { step.how }),
        };
        let Some(taken) = taken else {
            add(&seat.refused, 1);
            seat.enter(Stage::Outside);
            return Ok(());
        };
        let guard = self.expect_held(taken)?;
        seat.enter(Stage::Holding);
        self.note_recovery();
        self.use_data(step, last)?;
        if self.planted == Planted::NeverReleases {
            std::mem::forget(guard);
            loop {
                thread::park();
            }
        }
        seat.enter(Stage::Releasing);
        drop(guard);
        seat.enter(Stage::Outside);
        Ok(())
    }

    /// Tries to take the lock; `None` if that was refused or timed out.
    fn take(&self, how: How) -> Option<Result<Guard<'a>, AcquireError<'a>>> {
        match how {
            How::Acquire => Some(self.lock.acquire()),
            How::Try => match self.lock.try_acquire() {
                Ok(guard) => Some(Ok(guard)),
                Err(TryAcquireError::WouldBlock) => None,
                Err(TryAcquireError::Acquire(error)) => Some(Err(error)),
            },
            How::Timeout(timeout) => {
                let start = Instant::now();
                let taken = self.lock.acquire_timeout(timeout);
                let overrun = nanoseconds(start.elapsed().saturating_sub(timeout));
                self.seat().longest_overrun.fetch_max(overrun, Ordering::Relaxed);
                match taken {
                    Ok(guard) => Some(Ok(guard)),
                    Err(AcquireTimeoutError::TimedOut) => None,
                    Err(AcquireTimeoutError::Acquire(error)) => Some(Err(error)),
                }
            }
        }
    }

    /// Turns what the lock gave into a guard, repairing where an owner died.
    fn expect_held(&self, taken: Result<Guard<'a>, AcquireError<'a>>) -> Result<Guard<'a>, String> {
        match taken {
            Ok(guard) => Ok(guard),
            Err(AcquireError::OwnerDied(guard)) => {
                // The report comes first: whoever dies without it has not said that it holds.
                if self.planted != Planted::HidesOwnerDied {
                    self.board.report(guard.dead_owner())?;
                }
                self.seat().enter(Stage::Holding);
                self.board.repair()?;
                Ok(guard.mark_consistent())
            }
            Err(error) => Err(format!("acquire: {error}")),
        }
    }

    /// Uses the data as the only one.
    fn use_data(&self, step: &Step, last: bool) -> Result<(), String> {
        let (data, seat) = (&self.board.data, self.seat());
        let me = self.index as u64 + 1;
        let before = data.inside.swap(me, Ordering::Relaxed);
        if before != 0 {
            return Err(format!("mutual exclusion: P{} is inside too", before - 1));
        }
        let (first, second) = (read(&data.first), read(&data.second));
        if first != second {
            return Err(format!("torn: {first}, {second}, and nobody said that an owner died"));
        }
        add(&seat.begun, 1);
        data.first.store(first + 1, Ordering::Relaxed);
        if last {
            seat.enter(Stage::Awaiting);
            loop {
                thread::park();
            }
        }
        step.inside.pass();
        if self.planted != Planted::LosesIncrements {
            data.second.store(second + 1, Ordering::Relaxed);
        } else {
            data.first.store(first, Ordering::Relaxed);
        }
        add(&seat.finished, 1);
        match data.inside.swap(0, Ordering::Relaxed) {
            after if after == me => Ok(()),
            0 => Err("mutual exclusion: somebody left after I had entered".to_owned()),
            other => Err(format!("mutual exclusion: P{} came in while I was", other - 1)),
        }
    }

    /// Notes how long after a kill this acquisition, the first since, has come.
    fn note_recovery(&self) {
        let killed_at = &self.board.killed_at;
        if read(killed_at) == 0 {
            return;
        }
        let at = killed_at.swap(0, Ordering::Relaxed);
        if at != 0 {
            let recovery = self.now().saturating_sub(at);
            self.seat().longest_recovery.fetch_max(recovery, Ordering::Relaxed);
        }
    }
}
