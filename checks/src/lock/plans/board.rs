//! What the participants of a plan share beside the lock: the data that it guards, and a ledger
//! that survives the death of whoever writes it.

#![allow(unsafe_code, reason = "declares a type that may live in a region")]

use std::fmt;

use forkstep::atomic::{AtomicU64, Ordering};
use forkstep::{OwnerId, Shared};

/// The most participants that a plan has.
pub(super) const SEATS: usize = 4;

/// One board for each execution of a plan. All words are relaxed: only the lock orders them.
#[repr(C)]
#[derive(Debug, Default)]
pub(super) struct Board {
    pub(super) data: Data,
    /// 1 once all participants have been started.
    pub(super) go: AtomicU64,
    /// When the last SIGKILL was sent, in nanoseconds since the start; 0 once somebody went on.
    pub(super) killed_at: AtomicU64,
    /// How often owner died was reported of each participant, and last, without a name.
    pub(super) reports: [AtomicU64; SEATS + 1],
    pub(super) seats: [Seat; SEATS],
}

/// What the lock guards.
#[repr(C, align(64))]
#[derive(Debug, Default)]
pub(super) struct Data {
    /// Equal to `second` whenever nobody is inside.
    pub(super) first: AtomicU64,
    pub(super) second: AtomicU64,
    /// Who is inside, counted from 1.
    pub(super) inside: AtomicU64,
}

/// What one participant says of itself.
#[repr(C, align(64))]
#[derive(Debug, Default)]
pub(super) struct Seat {
    pub(super) pid: AtomicU64,
    pub(super) stage: AtomicU64,
    /// How often the stage has changed.
    pub(super) progress: AtomicU64,
    pub(super) begun: AtomicU64,
    pub(super) finished: AtomicU64,
    /// Attempts that ended without the lock.
    pub(super) refused: AtomicU64,
    /// 1 once the killer is about to send SIGKILL.
    pub(super) doomed: AtomicU64,
    pub(super) longest_overrun: AtomicU64,
    pub(super) longest_recovery: AtomicU64,
}

// SAFETY: atomic words only, of which any value is valid; dropping them does nothing.
unsafe impl Shared for Board {}

/// Where a participant is in its attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Holds nothing.
    Outside,
    /// Between the call of `acquire` and the line after it: may hold the lock already.
    Taking,
    /// Holds the lock.
    Holding,
    /// Holds the lock until it is killed.
    Awaiting,
    /// About to release it: may not hold it any more.
    Releasing,
}

const STAGES: [Stage; 5] =
    [Stage::Outside, Stage::Taking, Stage::Holding, Stage::Awaiting, Stage::Releasing];

impl Seat {
    pub(super) fn enter(&self, stage: Stage) {
        self.stage.store(stage as u64, Ordering::Relaxed);
        add(&self.progress, 1);
    }

    pub(super) fn stage(&self) -> Stage {
        STAGES[read(&self.stage) as usize]
    }
}

impl fmt::Display for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} after {} changes of stage; increments {} begun, {} finished; {} refused",
            self.stage(),
            read(&self.progress),
            read(&self.begun),
            read(&self.finished),
            read(&self.refused),
        )?;
        if read(&self.doomed) == 0 { Ok(()) } else { f.write_str("; sent SIGKILL") }
    }
}

impl Board {
    /// Enters a report of owner died.
    ///
    /// # Errors
    ///
    /// The one that is said to have died is no participant, or nobody has killed it.
    pub(super) fn report(&self, dead: Option<OwnerId>) -> Result<(), String> {
        let Some(dead) = dead else {
            add(&self.reports[SEATS], 1);
            return Ok(());
        };
        let is_dead = |seat: &Seat| read(&seat.pid) == u64::from(dead.pid());
        let Some(at) = self.seats.iter().position(is_dead) else {
            return Err(format!("owner died, but {dead} is no participant"));
        };
        add(&self.reports[at], 1);
        if read(&self.seats[at].doomed) == 0 {
            return Err(format!("owner died, but nobody has killed P{at}"));
        }
        Ok(())
    }

    /// Puts the data in order after its owner has died; can be begun anew.
    ///
    /// # Errors
    ///
    /// The data is in a state that no death explains.
    pub(super) fn repair(&self) -> Result<(), String> {
        let data = &self.data;
        let inside = read(&data.inside);
        let doomed = |seat: u64| read(&self.seats[seat as usize - 1].doomed) != 0;
        if inside != 0 && !doomed(inside) {
            return Err(format!("owner died, but P{} is alive inside", inside - 1));
        }
        data.inside.store(0, Ordering::Relaxed);
        let (first, second) = (read(&data.first), read(&data.second));
        if first != second && first != second + 1 {
            return Err(format!("torn beyond repair: {first}, {second}"));
        }
        data.second.store(first, Ordering::Relaxed);
        Ok(())
    }
}

/// Reads a word.
pub(super) fn read(word: &AtomicU64) -> u64 {
    word.load(Ordering::Relaxed)
}

/// Adds to a word.
pub(super) fn add(word: &AtomicU64, value: u64) {
    word.fetch_add(value, Ordering::Relaxed);
}
