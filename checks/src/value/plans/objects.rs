//! What the participants of a plan share beside the board.

use forkstep::{Array, Value};

/// How many words the long value has.
pub(super) const WORDS: usize = 12;
/// How long the array is.
pub(super) const LEN: usize = 3;
/// How many values one attempt may set.
pub(super) const BURST: u64 = 1 << 8;

/// A long value: the same mark in all words.
pub(super) type Long = [u64; WORDS];

/// One of each, for one execution of a plan.
#[derive(Debug)]
pub(super) struct Objects {
    /// Set and got; 0 at the start.
    pub(super) long: Value<Long>,
    /// Counts the additions to it.
    pub(super) number: Value<u64>,
    /// Counts, in each element, the additions to all.
    pub(super) array: Array<[u64; 2]>,
}

impl Objects {
    /// Makes them.
    ///
    /// # Errors
    ///
    /// The machine has no memory.
    pub(super) fn new() -> Result<Self, String> {
        let text = |error: forkstep::RegionError| error.to_string();
        Ok(Self {
            long: Value::new([0; WORDS]).map_err(text)?,
            number: Value::new(0).map_err(text)?,
            array: Array::new(LEN, [0; 2]).map_err(text)?,
        })
    }
}

/// Says who set a long value, in which attempt, and as which of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mark {
    pub(super) participant: usize,
    pub(super) attempt: u16,
    pub(super) burst: u64,
}

impl Mark {
    /// The value that carries it.
    pub(super) fn value(self) -> Long {
        let attempt = u64::from(self.attempt) * BURST + self.burst;
        [(self.participant as u64 + 1) << 32 | attempt; WORDS]
    }

    /// The mark of a value, or none if it is what was there at the start.
    ///
    /// # Errors
    ///
    /// It is torn.
    pub(super) fn of(value: Long) -> Result<Option<Self>, String> {
        let word = value[0];
        if value.iter().any(|other| *other != word) {
            return Err(format!("torn: {value:x?}"));
        }
        let (participant, attempt) = ((word >> 32) as usize, word & u64::from(u32::MAX));
        Ok(participant.checked_sub(1).map(|participant| Self {
            participant,
            attempt: (attempt / BURST) as u16,
            burst: attempt % BURST,
        }))
    }
}
