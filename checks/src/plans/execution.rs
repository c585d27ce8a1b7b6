//! One execution of a plan, as the parent of the participants sees it.

use std::fmt::Debug;
use std::ops::Range;
use std::thread;
use std::time::{Duration, Instant};

use forkstep::Region;
use forkstep::atomic::Ordering;

use super::board::{Board, read, write};
use super::participant::AtWork;
use super::pause::{nanoseconds, share, spin};
use super::program::{Death, Participant, When};
use crate::backend::crew::{Crew, Trouble};
use crate::backend::processes::{self, Sight};

/// A generous bound on what one scheduling delay can be.
const OVERRUN: Duration = Duration::from_millis(200);
/// A generous bound on a backstop and what follows.
const RECOVERY: Duration = Duration::from_secs(2);

/// The participants at work.
pub(crate) struct Execution<'a> {
    pub(crate) board: &'a Board,
    pub(crate) crew: Crew,
    pub(crate) start: Instant,
    /// How many attempts each makes, and what it dies of.
    fates: Vec<(u16, Option<Death>)>,
}

/// What the parent of the participants does beside killing them.
pub(crate) trait Parent {
    /// Does what is due; says how soon something else may be.
    ///
    /// # Errors
    ///
    /// What was done wrong.
    fn act(&mut self, execution: &mut Execution<'_>) -> Result<Soon, String>;

    /// Shows what they use.
    fn object(&self) -> &dyn Debug;
}

/// When the parent has to look again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Soon {
    AtOnce,
    InAMoment,
    /// When a participant has ended.
    AfterAnEnd,
}

const MOMENT: Duration = Duration::from_millis(1);

/// Judges an execution, which gets a new board, and that it left no process behind.
///
/// # Errors
///
/// What was wrong, in words.
pub(crate) fn on_a_board<T>(
    execute: impl FnOnce(&Board) -> Result<T, String>,
) -> Result<T, String> {
    let region = Region::anonymous(size_of::<Board>() + 1024).map_err(|e| e.to_string())?;
    let board = region.place_ref(Board::default()).map_err(|e| e.to_string())?;
    let before = processes::children();
    let outcome = execute(board)?;
    match processes::children() {
        after if after == before => Ok(outcome),
        after => Err(format!("processes are left: {after:?}, and {before:?} were there before")),
    }
}

impl<'a> Execution<'a> {
    pub(crate) fn new(board: &'a Board) -> Result<Self, String> {
        let (crew, start) = (Crew::new()?, Instant::now());
        Ok(Self { board, crew, start, fates: Vec::new() })
    }

    /// Starts the next participant.
    pub(crate) fn start<S>(
        &mut self,
        program: &Participant<S>,
        live: impl FnOnce(AtWork<'_>) -> Result<(), String>,
    ) -> Result<(), String> {
        let (board, index, start) = (self.board, self.fates.len(), self.start);
        self.fates.push((program.attempts, program.death));
        self.crew.add(|| live(AtWork { board, index, start }))
    }

    /// Lets all begin, and goes on until all have ended or something is wrong; nobody is left when
    /// this returns.
    pub(crate) fn watch(
        &mut self,
        parent: &mut impl Parent,
        limit: Duration,
    ) -> Result<(), String> {
        write(&self.board.go, 1);
        let watched = self.until_all_have_ended(parent, limit);
        self.crew.end_all();
        match watched {
            // Whoever was killed just now may have caused complaints too, so they do not count.
            Err(Trouble::Other(what)) => Err(what),
            Err(Trouble::Complained) | Ok(()) => self.crew.no_complaints(),
        }
    }

    fn until_all_have_ended(
        &mut self,
        parent: &mut impl Parent,
        limit: Duration,
    ) -> Result<(), Trouble> {
        let deadline = Instant::now() + limit;
        let seats = &self.board.seats;
        while self.crew.look_for_ends(|index| seats[index].is_doomed())? {
            if Instant::now() >= deadline {
                let text = format!("hung for {limit:?}: {}", self.picture(parent.object()));
                return Err(Trouble::Other(text));
            }
            let killing = self.kill_those_due().map_err(Trouble::Other)?;
            let left = deadline.saturating_duration_since(Instant::now());
            match parent.act(self).map_err(Trouble::Other)?.min(killing) {
                Soon::AtOnce => thread::yield_now(),
                Soon::InAMoment => self.crew.wait_for_an_end(left.min(MOMENT)),
                Soon::AfterAnEnd => self.crew.wait_for_an_end(left),
            }
        }
        Ok(())
    }

    fn kill_those_due(&self) -> Result<Soon, String> {
        let mut soon = Soon::AfterAnEnd;
        for index in self.crew.running().filter(|index| !self.board.seats[*index].is_doomed()) {
            let (attempts, Some(death)) = self.fates[index] else { continue };
            soon = Soon::AtOnce;
            if self.is_due(index, attempts, death.when) {
                self.kill(index, death)?;
            }
        }
        Ok(soon)
    }

    fn is_due(&self, index: usize, attempts: u16, when: When) -> bool {
        let seat = &self.board.seats[index];
        match when {
            When::Thousandths(part) => self.has_done(index, attempts, part),
            When::In(stage, part) => {
                read(&seat.begun) > u64::from(share(attempts, part)) && seat.stage() == stage
            }
            When::Asleep => {
                seat.stage() == super::board::Stage::Inside
                    && Sight::of(self.crew.process(index).pid()).is_asleep_in_futex()
            }
        }
    }

    /// Whether a participant has done so many thousandths of its attempts.
    pub(crate) fn has_done(&self, index: usize, attempts: u16, thousandths: u16) -> bool {
        let seat = &self.board.seats[index];
        let done = read(&seat.begun) + read(&seat.returned);
        done >= u64::from(share(2 * attempts, thousandths))
    }

    fn kill(&self, index: usize, death: Death) -> Result<(), String> {
        let process = self.crew.process(index);
        if death.stopped_first {
            processes::stop(process);
            write(&self.board.seats[index].stopped_at, nanoseconds(self.start.elapsed()));
        }
        spin(death.delay);
        write(&self.board.seats[index].doomed, 1);
        self.board.killed_at.store(nanoseconds(self.start.elapsed()), Ordering::Relaxed);
        process.kill().map_err(|e| e.to_string())
    }

    /// Whether none of these is at work.
    pub(crate) fn none_of(&self, participants: Range<usize>) -> bool {
        !self.crew.running().any(|index| participants.contains(&index))
    }

    /// Closes the queue when the first `producers` have ended, or when they have begun `early`
    /// puts.
    pub(crate) fn close_if_due(
        &self,
        producers: usize,
        early: Option<u64>,
        close: impl FnOnce() -> Result<(), forkstep::PutError>,
    ) -> Result<Soon, String> {
        if read(&self.board.closed) != 0 {
            return Ok(Soon::AfterAnEnd);
        }
        let begun = self.board.seats[..producers].iter().map(|seat| read(&seat.begun)).sum::<u64>();
        if self.none_of(0..producers) || early.is_some_and(|early| begun >= early) {
            write(&self.board.closing, 1);
            close().map_err(|error| format!("close: {error}"))?;
            write(&self.board.closed, 1);
        }
        Ok(if early.is_some() { Soon::AtOnce } else { Soon::AfterAnEnd })
    }

    /// Which of the participants were killed, in their order.
    pub(crate) fn killed(&self) -> Vec<bool> {
        (0..self.fates.len()).map(|index| self.crew.was_killed(index)).collect()
    }

    /// Everything that may explain why nobody goes on.
    fn picture(&self, object: &dyn Debug) -> String {
        let (running, closed) = (self.crew.names_of_running(), read(&self.board.closed));
        let mut text = format!("waited for {running}; {object:?}, closed {closed}");
        for (index, seat) in self.board.seats[..self.fates.len()].iter().enumerate() {
            text += &format!("\n  {}; {seat}", self.crew.state(index));
        }
        text
    }
}

/// Judges the times that an execution took.
///
/// # Errors
///
/// A deadline was overrun, or nobody went on after a kill.
pub(crate) fn judge_times(board: &Board) -> Result<(), String> {
    let (overrun, recovery) = (board.longest_overrun(), board.longest_recovery());
    if overrun > OVERRUN {
        return Err(format!("a deadline was overrun by {overrun:?}"));
    }
    if recovery > RECOVERY {
        return Err(format!("nobody went on for {recovery:?} after a kill"));
    }
    Ok(())
}
