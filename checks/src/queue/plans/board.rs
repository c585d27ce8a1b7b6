//! What the participants of a plan share beside the queue: a ledger that survives the death of
//! whoever writes it.

#![allow(unsafe_code, reason = "declares a type that may live in a region")]

use std::fmt;

use forkstep::Shared;
use forkstep::atomic::{AtomicU64, Ordering};

use super::item::Name;

/// The most participants that a plan has.
pub(super) const SEATS: usize = 6;
/// The most puts or gets that one of them begins.
pub(super) const ATTEMPTS: usize = 120;

/// One board for each execution of a plan.
#[repr(C)]
#[derive(Debug, Default)]
pub(super) struct Board {
    /// 1 once all participants have been started.
    pub(super) go: AtomicU64,
    /// 1 once the parent is about to close the queue.
    pub(super) closing: AtomicU64,
    /// 1 once the queue is closed.
    pub(super) closed: AtomicU64,
    /// 1 once a get has said that the queue is closed and empty.
    pub(super) drained: AtomicU64,
    /// When the last SIGKILL was sent, in nanoseconds since the start; 0 once somebody went on.
    pub(super) killed_at: AtomicU64,
    pub(super) seats: [Seat; SEATS],
}

/// What one participant says of itself.
#[repr(C, align(64))]
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) stage: AtomicU64,
    /// How many puts or gets it has begun.
    pub(super) begun: AtomicU64,
    /// How many of them have returned and are entered.
    pub(super) returned: AtomicU64,
    /// 1 once the killer is about to send SIGKILL.
    pub(super) doomed: AtomicU64,
    pub(super) longest_overrun: AtomicU64,
    pub(super) longest_recovery: AtomicU64,
    /// What became of each attempt, in order: [`Entry`].
    entries: [AtomicU64; ATTEMPTS],
}

// SAFETY: atomic words only, of which any value is valid; dropping them does nothing.
unsafe impl Shared for Board {}

/// Where a participant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Outside,
    /// Between the call of a put or get and the entry of what it returned.
    Inside,
    /// Between two calls until it is killed.
    Awaiting,
}

const STAGES: [Stage; 3] = [Stage::Outside, Stage::Inside, Stage::Awaiting];

/// What became of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// It was not begun, or its process died in it.
    Nothing,
    /// The put or get said that it did nothing.
    Refused,
    /// The put was done.
    Put,
    /// The get brought an empty item.
    GotEmpty,
    /// The get brought this one.
    Got(Name),
}

impl Entry {
    fn to_word(self) -> u64 {
        match self {
            Self::Nothing => 0,
            Self::Refused => 1,
            Self::Put => 2,
            Self::GotEmpty => 3,
            Self::Got(Name { producer, number }) => {
                4 | u64::from(producer) << 8 | u64::from(number) << 16
            }
        }
    }

    fn of_word(word: u64) -> Self {
        match word & 0xff {
            0 => Self::Nothing,
            1 => Self::Refused,
            2 => Self::Put,
            3 => Self::GotEmpty,
            _ => Self::Got(Name { producer: (word >> 8) as u8, number: (word >> 16) as u16 }),
        }
    }
}

impl Default for Seat {
    fn default() -> Self {
        Self {
            stage: AtomicU64::new(0),
            begun: AtomicU64::new(0),
            returned: AtomicU64::new(0),
            doomed: AtomicU64::new(0),
            longest_overrun: AtomicU64::new(0),
            longest_recovery: AtomicU64::new(0),
            entries: [const { AtomicU64::new(0) }; ATTEMPTS],
        }
    }
}

impl Seat {
    pub(super) fn stage(&self) -> Stage {
        STAGES[read(&self.stage) as usize]
    }

    pub(super) fn is_doomed(&self) -> bool {
        read(&self.doomed) != 0
    }

    /// Notes that an attempt is about to be made.
    pub(super) fn begin(&self) {
        write(&self.stage, Stage::Inside as u64);
        write(&self.begun, read(&self.begun) + 1);
    }

    /// Enters what became of it; whoever dies before this may have put or got.
    pub(super) fn enter(&self, entry: Entry, next: Stage) {
        let returned = read(&self.returned);
        write(&self.entries[returned as usize], entry.to_word());
        write(&self.returned, returned + 1);
        write(&self.stage, next as u64);
    }

    /// What became of all attempts that were begun.
    pub(super) fn entries(&self) -> impl Iterator<Item = Entry> {
        let begun = read(&self.begun) as usize;
        self.entries[..begun].iter().map(|word| Entry::of_word(read(word)))
    }
}

impl fmt::Display for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (begun, returned) = (read(&self.begun), read(&self.returned));
        let refused = self.entries().filter(|entry| *entry == Entry::Refused).count();
        write!(f, "{:?}; {begun} begun, {returned} returned, {refused} refused", self.stage())?;
        if self.is_doomed() { f.write_str("; sent SIGKILL") } else { Ok(()) }
    }
}

/// Reads a word, and sees what whoever wrote it had done before.
pub(super) fn read(word: &AtomicU64) -> u64 {
    word.load(Ordering::Acquire)
}

/// Writes a word that has one writer.
pub(super) fn write(word: &AtomicU64, value: u64) {
    word.store(value, Ordering::Release);
}
