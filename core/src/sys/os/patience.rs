//! How long to pause before looking again, learnt from how it went before.
//!
//! A look at a word that another process is about to write takes its cache line away and costs the
//! writer more than the looker. If much happens at a time, looking late is better for both: one
//! look finds many events. If one event at a time happens, looking early is: nothing else will come
//! before the looker has answered. So the first pause grows fast when a look finds several events
//! and shrinks slowly when it finds one; and because looking early can itself be why events come
//! one at a time, now and then a long pause is tried.

use super::super::Ordering;
use super::{AtomicU32, spin};

/// How many pauses a waiter makes in all before it lets others run on its processor.
const PAUSES: u32 = 1024;
/// The longest time between two looks, in pauses.
const LONGEST_PAUSE: u32 = 128;
/// How many of the times between looks are as long as the first one; then they grow.
const EVEN: u32 = 16;
/// How often a waiter then lets others run on its processor and looks, until it sleeps.
const YIELDS: u32 = 4;

/// Every so many waits, the first pause is the longest.
const TRIAL: u32 = 512;

/// What those who wait on one side have learnt. A hint only: lost updates do no harm.
#[derive(Debug)]
#[repr(transparent)]
pub(crate) struct Patience(AtomicU32);

impl Patience {
    pub(crate) const fn new() -> Self {
        Self(AtomicU32::new(0))
    }

    /// Looks for events for a short while, with pauses in between; `look` says how many there have
    /// been, of which there can be `most`. Returns whether there were any.
    pub(crate) fn spin(&self, most: u32, look: impl Fn() -> u32) -> bool {
        let learnt = self.0.load(Ordering::Relaxed);
        let (turn, first) = (learnt / (LONGEST_PAUSE + 1), learnt % (LONGEST_PAUSE + 1));
        let mut pauses = if turn.is_multiple_of(TRIAL) { LONGEST_PAUSE } else { first };
        let (mut looks, mut spent) = (0, 0);
        while spent < PAUSES {
            spin(pauses);
            match look() {
                0 => {}
                events => {
                    self.learn(turn, first, pauses, events, most);
                    return true;
                }
            }
            spent += pauses;
            looks += 1;
            pauses = if looks < EVEN { pauses.max(1) } else { 2 * pauses }.min(LONGEST_PAUSE);
        }
        (0..YIELDS).any(|_| {
            std::thread::yield_now();
            look() > 0
        })
    }

    /// Notes what a wait has shown: so many events after a look at so many pauses.
    fn learn(&self, turn: u32, first: u32, pauses: u32, events: u32, most: u32) {
        let first = match events {
            // The other side waits by now: it was too long.
            all if all >= most => first / 2,
            1 => first.saturating_sub(1),
            _ => (4 * first + 1).max(pauses).min(LONGEST_PAUSE),
        };
        let turn = (turn + 1) % TRIAL;
        self.0.store(turn * (LONGEST_PAUSE + 1) + first, Ordering::Relaxed);
    }
}
