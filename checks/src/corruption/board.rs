//! What a worker says of itself: words that outlive it.

#![allow(unsafe_code, reason = "declares a type that may live in a region")]

use std::fmt::{Debug, Write as _};

use forkstep::Shared;
use forkstep::atomic::{AtomicU64, Ordering};

use super::failure::Corrupted;

/// What errors are called, as their variants.
pub(super) const ERRORS: &[&str] = &[
    "AlreadyExists",
    "Busy",
    "Closed",
    "Corrupt",
    "Empty",
    "Encode",
    "Full",
    "NotARegion",
    "NotFound",
    "NotHeld",
    "NotRecoverable",
    "OtherKind",
    "OtherLayout",
    "OtherVersion",
    "OutOfBounds",
    "OwnerDied",
    "Poisoned",
    "Refused",
    "Region",
    "TimedOut",
    "TooLarge",
    "TooManyLocks",
    "Undecodable",
    "UnknownKind",
    "WouldBlock",
    "WouldDeadlock",
    "WrongSize",
];
/// The last one counts errors of other names.
const COUNTERS: usize = ERRORS.len() + 1;
const WORDS_OF_TEXT: usize = 64;

/// One board for each worker.
#[repr(C)]
#[derive(Debug)]
pub(super) struct Board {
    /// The number of the script at work, and 1; 0 between two scripts.
    at_work: AtomicU64,
    /// When its last operation began, in nanoseconds since the start.
    since: AtomicU64,
    /// How many scripts were executed.
    done: AtomicU64,
    corruptions: AtomicU64,
    operations: AtomicU64,
    wrong_data: AtomicU64,
    errors: [AtomicU64; COUNTERS],
    /// What a panic said.
    text: [AtomicU64; WORDS_OF_TEXT],
}

// SAFETY: atomic words only, of which any value is valid; dropping them does nothing.
unsafe impl Shared for Board {}

impl Default for Board {
    fn default() -> Self {
        let zero = || AtomicU64::new(0);
        Self {
            at_work: zero(),
            since: zero(),
            done: zero(),
            corruptions: zero(),
            operations: zero(),
            wrong_data: zero(),
            errors: std::array::from_fn(|_| zero()),
            text: std::array::from_fn(|_| zero()),
        }
    }
}

impl Board {
    pub(super) fn begin_script(&self, number: u64) {
        self.at_work.store(number + 1, Ordering::Release);
    }

    pub(super) fn end_script(&self) {
        self.at_work.store(0, Ordering::Release);
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// The script at work, if the worker is not between two.
    pub(super) fn at_work(&self) -> Option<u64> {
        self.at_work.load(Ordering::Acquire).checked_sub(1)
    }

    pub(super) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Notes that something begins that has an end.
    pub(super) fn begin(&self, now: u64) {
        self.since.store(now, Ordering::Relaxed);
    }

    pub(super) fn since(&self) -> u64 {
        self.since.load(Ordering::Relaxed)
    }

    pub(super) fn count_operation(&self) {
        self.operations.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_corruption(&self) {
        self.corruptions.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_wrong_data(&self) {
        self.wrong_data.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts an error by the name of its variant; says which it is.
    pub(super) fn count_error(&self, error: &dyn Debug) -> &'static str {
        let mut name = FirstWord::default();
        let _ = write!(name, "{error:?}");
        let known = ERRORS.iter().position(|known| name.is(known));
        self.errors[known.unwrap_or(COUNTERS - 1)].fetch_add(1, Ordering::Relaxed);
        known.map_or("another", |known| ERRORS[known])
    }

    /// Keeps what a panic says, as far as there is room.
    pub(super) fn set_text(&self, text: &str) {
        let mut bytes = text.bytes().chain(std::iter::repeat(0));
        for word in &self.text {
            let next = std::array::from_fn(|_| bytes.next().unwrap_or(0));
            word.store(u64::from_le_bytes(next), Ordering::Relaxed);
        }
    }

    pub(super) fn text(&self) -> String {
        let bytes = self.text.iter().flat_map(|word| word.load(Ordering::Relaxed).to_le_bytes());
        let bytes: Vec<u8> = bytes.take_while(|byte| *byte != 0).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Adds what was counted here.
    pub(super) fn add_to(&self, sum: &mut Corrupted) {
        sum.scripts += self.done();
        sum.corruptions += self.corruptions.load(Ordering::Relaxed);
        sum.operations += self.operations.load(Ordering::Relaxed);
        sum.wrong_data += self.wrong_data.load(Ordering::Relaxed);
        let names = ERRORS.iter().copied().chain(["another"]);
        for (name, count) in names.zip(&self.errors) {
            let count = count.load(Ordering::Relaxed);
            if count > 0 {
                *sum.errors.entry(name).or_default() += count;
            }
        }
    }
}

/// The first word of a text that is written, without memory of its own.
#[derive(Default)]
struct FirstWord {
    bytes: [u8; 24],
    len: usize,
    ended: bool,
}

impl FirstWord {
    fn is(&self, word: &str) -> bool {
        &self.bytes[..self.len] == word.as_bytes()
    }
}

impl std::fmt::Write for FirstWord {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for byte in text.bytes() {
            if byte == b'(' && self.is("Lock") {
                // Around an error of the lock, which says more.
                self.len = 0;
                continue;
            }
            self.ended |= !byte.is_ascii_alphanumeric() || self.len == self.bytes.len();
            if self.ended {
                // The rest need not even be formatted.
                return Err(std::fmt::Error);
            }
            self.bytes[self.len] = byte;
            self.len += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Board;

    #[test]
    fn errors_are_counted_by_their_variants() {
        let board = Board::default();
        assert_eq!(board.count_error(&forkstep::GetError::Empty), "Empty");
        assert_eq!(board.count_error(&forkstep::PutError::TooLarge { len: 2, max: 1 }), "TooLarge");
        let lock = forkstep::value::LockError::WouldDeadlock;
        let around = forkstep::value::LockTimeoutError::Lock(lock);
        assert_eq!(board.count_error(&around), "WouldDeadlock");
        assert_eq!(board.count_error(&"?"), "another");
        board.set_text("what it said");
        assert_eq!(board.text(), "what it said");
    }
}
