//! One process of a plan, at work.

use std::thread;
use std::time::{Duration, Instant};

use forkstep::PutError;
use forkstep::atomic::Ordering;

use super::board::{Board, Entry, Seat, Stage, read};
use super::item::Name;
use super::pause::nanoseconds;
use super::program::{How, Participant};

/// A participant at work.
#[derive(Clone, Copy)]
pub(crate) struct AtWork<'a> {
    pub(crate) board: &'a Board,
    pub(crate) index: usize,
    /// Zero of all times on the board.
    pub(crate) start: Instant,
}

/// Whether there is anything left to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    GoOn,
    End,
}

/// A put that is not a violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PutDone {
    Put,
    Refused(Then),
}

impl<'a> AtWork<'a> {
    pub(crate) fn seat(&self) -> &'a Seat {
        &self.board.seats[self.index]
    }

    /// Goes through the whole program, once everybody is there.
    ///
    /// # Errors
    ///
    /// What was done wrong.
    pub(crate) fn attempts<S, E: Entry>(
        &self,
        program: &Participant<S>,
        before: impl Fn(&S),
        attempt: impl Fn(&S, u16) -> Result<(E, Then), String>,
    ) -> Result<(), String> {
        while read(&self.board.go) == 0 {
            thread::yield_now();
        }
        for number in 0..program.attempts {
            let step = program.step(number);
            before(step);
            self.seat().begin();
            let (entry, then) = attempt(step, number)?;
            let last = program.stays(Stage::Awaiting, number);
            let went_on = entry.went_on();
            self.seat().enter(entry, if last { Stage::Awaiting } else { Stage::Outside });
            if went_on {
                self.note_recovery();
            }
            if last {
                sleep_for_ever();
            }
            if then == Then::End {
                break;
            }
        }
        Ok(())
    }

    /// Puts an item of that name and length by `put`, where `longest` fit.
    ///
    /// # Errors
    ///
    /// The put did what it must not, or was refused for no good reason.
    pub(crate) fn put(
        &self,
        how: How,
        name: Name,
        length: usize,
        longest: usize,
        put: impl FnOnce() -> Result<(), PutError>,
    ) -> Result<PutDone, String> {
        let closed = read(&self.board.closed) != 0;
        match put() {
            Ok(()) if closed => Err(format!("{name} was put after the queue was closed")),
            Ok(()) if length > longest => Err(format!("{name} was put, of {length} bytes")),
            Ok(()) => Ok(PutDone::Put),
            Err(PutError::TooLarge { len, max }) if len == length && length > max => {
                let exact = format!("too large for {max} bytes, and the longest has {longest}");
                if max == longest { Ok(PutDone::Refused(Then::GoOn)) } else { Err(exact) }
            }
            Err(PutError::Closed) if read(&self.board.closing) != 0 => {
                Ok(PutDone::Refused(Then::End))
            }
            Err(PutError::Full) if how.ends() => Ok(PutDone::Refused(Then::GoOn)),
            Err(error) => Err(format!("put of {name}, {length} bytes, by {how:?}: {error}")),
        }
    }

    /// Does a call in one of its forms; notes by how much a time-out was overrun.
    pub(crate) fn call<R>(
        &self,
        how: How,
        wait: impl FnOnce() -> R,
        try_now: impl FnOnce() -> R,
        within: impl FnOnce(Duration) -> R,
    ) -> R {
        match how {
            How::Wait => wait(),
            How::Try => try_now(),
            How::Timeout(timeout) => self.timed(timeout, || within(timeout)),
        }
    }

    /// Does a call that has so much time; notes by how much that was overrun.
    pub(crate) fn timed<R>(&self, timeout: Duration, call: impl FnOnce() -> R) -> R {
        let start = Instant::now();
        let result = call();
        let overrun = nanoseconds(start.elapsed().saturating_sub(timeout));
        self.seat().longest_overrun.fetch_max(overrun, Ordering::Relaxed);
        result
    }

    /// Notes how long after a kill this return, the first since, has come.
    fn note_recovery(&self) {
        let killed_at = &self.board.killed_at;
        if read(killed_at) != 0 {
            let at = killed_at.swap(0, Ordering::Relaxed);
            let recovery = nanoseconds(self.start.elapsed()).saturating_sub(at);
            if at != 0 {
                self.seat().longest_recovery.fetch_max(recovery, Ordering::Relaxed);
            }
        }
    }
}

impl How {
    /// Whether the call ends by itself.
    pub(crate) fn ends(self) -> bool {
        matches!(self, Self::Try | Self::Timeout(_))
    }
}

/// Until somebody kills this process.
pub(crate) fn sleep_for_ever() -> ! {
    loop {
        thread::park();
    }
}
