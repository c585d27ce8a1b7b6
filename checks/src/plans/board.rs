//! What the participants of a plan share beside what they use: a ledger that survives the death of
//! whoever writes it.

#![allow(unsafe_code, reason = "declares a type that may live in a region")]

use std::fmt;
use std::time::Duration;

use forkstep::Shared;
use forkstep::atomic::{AtomicU64, Ordering};

/// The most participants that a plan has.
pub(crate) const SEATS: usize = 10;
/// The most attempts that one of them makes.
pub(crate) const ATTEMPTS: usize = 120;

/// One board for each execution of a plan.
#[repr(C)]
#[derive(Debug, Default)]
pub(crate) struct Board {
    /// 1 once all participants have been started.
    pub(crate) go: AtomicU64,
    /// 1 once the parent is about to close the queue.
    pub(crate) closing: AtomicU64,
    /// 1 once the queue is closed.
    pub(crate) closed: AtomicU64,
    /// 1 once a get has said that the queue is closed and empty.
    pub(crate) drained: AtomicU64,
    /// When the last SIGKILL was sent, in nanoseconds since the start; 0 once somebody went on.
    pub(crate) killed_at: AtomicU64,
    pub(crate) seats: [Seat; SEATS],
}

/// What one participant says of itself.
#[repr(C, align(64))]
#[derive(Debug)]
pub(crate) struct Seat {
    stage: AtomicU64,
    /// How many attempts it has begun.
    pub(crate) begun: AtomicU64,
    /// How many of them have returned and are entered.
    pub(crate) returned: AtomicU64,
    /// 1 once the killer is about to send SIGKILL.
    pub(crate) doomed: AtomicU64,
    /// When it was stopped for good, in nanoseconds since the start; 0 if it was not.
    pub(crate) stopped_at: AtomicU64,
    pub(crate) longest_overrun: AtomicU64,
    pub(crate) longest_recovery: AtomicU64,
    /// What became of each attempt, in order: [`Entry`].
    entries: [AtomicU64; ATTEMPTS],
}

// SAFETY: atomic words only, of which any value is valid; dropping them does nothing.
unsafe impl Shared for Board {}

/// Where a participant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Outside,
    /// Between a call and the entry of what it returned.
    Inside,
    /// Holds a task, or is inside what a lock guards.
    Holding,
    /// Between the call of `task_done` and the entry that it returned.
    Finishing,
    /// Between two calls until it is killed.
    Awaiting,
}

const STAGES: [Stage; 5] =
    [Stage::Outside, Stage::Inside, Stage::Holding, Stage::Finishing, Stage::Awaiting];

/// What became of one attempt, as a word. Nothing is 0: it was not begun, or its process died in
/// it. Refused is 1.
pub(crate) trait Entry {
    fn to_word(self) -> u64;
    fn of_word(word: u64) -> Self;

    /// Whether it tells that somebody went on after a death.
    fn went_on(&self) -> bool {
        true
    }
}

/// The word of an attempt that did nothing.
pub(crate) const REFUSED: u64 = 1;

impl Default for Seat {
    fn default() -> Self {
        Self {
            stage: AtomicU64::new(0),
            begun: AtomicU64::new(0),
            returned: AtomicU64::new(0),
            doomed: AtomicU64::new(0),
            stopped_at: AtomicU64::new(0),
            longest_overrun: AtomicU64::new(0),
            longest_recovery: AtomicU64::new(0),
            entries: [const { AtomicU64::new(0) }; ATTEMPTS],
        }
    }
}

impl Board {
    /// The longest time from a kill to the next return of a call.
    pub(crate) fn longest_recovery(&self) -> Duration {
        self.longest(|seat| &seat.longest_recovery)
    }

    /// The longest time by which a deadline was overrun.
    pub(crate) fn longest_overrun(&self) -> Duration {
        self.longest(|seat| &seat.longest_overrun)
    }

    fn longest(&self, of: fn(&Seat) -> &AtomicU64) -> Duration {
        Duration::from_nanos(self.seats.iter().map(|seat| read(of(seat))).max().unwrap_or(0))
    }
}

impl Seat {
    pub(crate) fn stage(&self) -> Stage {
        STAGES[read(&self.stage) as usize]
    }

    pub(crate) fn set_stage(&self, stage: Stage) {
        write(&self.stage, stage as u64);
    }

    pub(crate) fn is_doomed(&self) -> bool {
        read(&self.doomed) != 0
    }

    /// Notes that an attempt is about to be made.
    pub(crate) fn begin(&self) {
        self.set_stage(Stage::Inside);
        write(&self.begun, read(&self.begun) + 1);
    }

    /// Notes how far the attempt has come.
    pub(crate) fn note(&self, entry: impl Entry, stage: Stage) {
        write(&self.entries[read(&self.returned) as usize], entry.to_word());
        self.set_stage(stage);
    }

    /// Enters what became of it; whoever dies before this may have put or got.
    pub(crate) fn enter(&self, entry: impl Entry, next: Stage) {
        let returned = read(&self.returned);
        write(&self.entries[returned as usize], entry.to_word());
        write(&self.returned, returned + 1);
        self.set_stage(next);
    }

    /// What became of all attempts that were begun.
    pub(crate) fn entries<E: Entry>(&self) -> impl Iterator<Item = E> {
        self.words().map(E::of_word)
    }

    fn words(&self) -> impl Iterator<Item = u64> {
        let begun = read(&self.begun) as usize;
        self.entries[..begun].iter().map(read)
    }
}

impl fmt::Display for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (begun, returned) = (read(&self.begun), read(&self.returned));
        let refused = self.words().filter(|word| *word == REFUSED).count();
        write!(f, "{:?}; {begun} begun, {returned} returned, {refused} refused", self.stage())?;
        if self.is_doomed() { f.write_str("; sent SIGKILL") } else { Ok(()) }
    }
}

/// Reads a word, and sees what whoever wrote it had done before.
pub(crate) fn read(word: &AtomicU64) -> u64 {
    word.load(Ordering::Acquire)
}

/// Writes a word that has one writer.
pub(crate) fn write(word: &AtomicU64, value: u64) {
    word.store(value, Ordering::Release);
}
