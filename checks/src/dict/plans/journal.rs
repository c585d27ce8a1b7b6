//! The history of an execution: what each participant did and when, in a region that survives its
//! death.
//!
//! Each writes in a lane of its own, and stamps by the clock, so that keeping the journal orders
//! nothing that the dict does not.

#![allow(unsafe_code, reason = "declares a type that may live in a region")]

use std::array;
use std::time::Instant;

use forkstep::Shared;
use forkstep::atomic::{AtomicU64, Ordering, fence};

use super::plan::{KEYS, PARTICIPANTS};
use super::record::{Record, State};
use crate::linearizability::Operation;
use crate::plans::board::{ATTEMPTS, read, write};
use crate::plans::pause::nanoseconds;

/// What an iteration adds at most.
pub(super) const MOST_OF_ONE: usize = 2 * KEYS;

/// One for each execution; the last lane is the parent's.
#[repr(C)]
#[derive(Debug, Default)]
pub(super) struct Journal {
    pub(super) lanes: [Lane; PARTICIPANTS + 1],
}

/// What one participant did, in its order.
#[repr(C, align(64))]
#[derive(Debug)]
pub(super) struct Lane {
    len: AtomicU64,
    entries: [Entry; ATTEMPTS * MOST_OF_ONE],
}

#[repr(C)]
#[derive(Debug, Default)]
struct Entry {
    /// A [`Record`]: before the response what the operation would do, then what it did.
    record: AtomicU64,
    invocation: AtomicU64,
    /// 0 until there is one.
    response: AtomicU64,
}

// SAFETY: atomic words only, of which any value is valid; dropping them does nothing.
unsafe impl Shared for Journal {}

impl Default for Lane {
    fn default() -> Self {
        Self { len: AtomicU64::new(0), entries: array::from_fn(|_| Entry::default()) }
    }
}

/// The clock of one execution: nanoseconds on CLOCK_MONOTONIC since its start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock(pub(super) Instant);

impl Clock {
    /// The time of an invocation: nothing of what follows is done before it.
    fn invocation(self, stamp: &AtomicU64) {
        write(stamp, nanoseconds(self.0.elapsed()));
        // ORDERING: the stamp is stored before anything that comes after is read or stored.
        fence(Ordering::SeqCst);
    }

    /// The time of a response: what comes before is seen by all.
    pub(super) fn response(self) -> u64 {
        // ORDERING: stores that wait in the processor are done before the clock is looked at.
        fence(Ordering::SeqCst);
        nanoseconds(self.0.elapsed())
    }
}

impl Lane {
    /// Notes that an operation is about to be invoked, which would do this.
    pub(super) fn invoke(&self, record: Record, clock: Clock) {
        let len = read(&self.len);
        let entry = &self.entries[len as usize];
        write(&entry.record, record.to_word());
        write(&self.len, len + 1);
        clock.invocation(&entry.invocation);
    }

    /// Notes what the last operation to be invoked did, and when it responded.
    pub(super) fn respond(&self, record: Record, response: u64) {
        let entry = &self.entries[read(&self.len) as usize - 1];
        write(&entry.record, record.to_word());
        write(&entry.response, response);
    }

    /// Notes in place of the last operation to be invoked that it did all this.
    pub(super) fn respond_all(&self, records: &[Record], response: u64) {
        let last = read(&self.len) as usize - 1;
        let invocation = read(&self.entries[last].invocation);
        for (entry, record) in self.entries[last..].iter().zip(records) {
            write(&entry.record, record.to_word());
            write(&entry.invocation, invocation);
            write(&entry.response, response);
        }
        write(&self.len, (last + records.len()) as u64);
    }

    fn entries(&self) -> &[Entry] {
        &self.entries[..read(&self.len) as usize]
    }

    /// How many operations may have happened or not.
    pub(super) fn in_doubt(&self) -> usize {
        let in_doubt = |entry: &&Entry| {
            let record = Record::of_word(read(&entry.record));
            read(&entry.response) == 0 && record.leaves.is_some()
        };
        self.entries().iter().filter(in_doubt).count()
    }

    /// The operations on a key, where this participant was dead from `death` on.
    pub(super) fn on(&self, key: u8, death: u64) -> Vec<Operation<State>> {
        let operation = |entry: &Entry| {
            let Record { sees, leaves, in_doubt, .. } = Record::of_word(read(&entry.record));
            let response = Some(read(&entry.response)).filter(|response| *response != 0);
            // Who died before it could stamp the invocation had not invoked it.
            let invocation = read(&entry.invocation);
            Operation {
                invocation,
                response: response.unwrap_or(death),
                in_doubt: in_doubt || response.is_none(),
                sees,
                leaves: leaves.filter(|_| invocation != 0),
            }
        };
        let of_key = |entry: &&Entry| Record::of_word(read(&entry.record)).is_of(key);
        self.entries().iter().filter(of_key).map(operation).collect()
    }
}
