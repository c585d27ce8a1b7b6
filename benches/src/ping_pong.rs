//! Yardstick: the round trip of a cache line between two processes that do nothing else.

use std::hint::spin_loop;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Release};

use crate::crew::{self, Between, Participant, TWO_CORES};
use crate::mapping::{Apart, SharedBox};
use crate::paired::Figure;

/// Sends a number to and fro `trips` times and gives nanoseconds per round trip.
///
/// # Panics
///
/// When a participant fails.
pub fn block(trips: u64) -> Figure {
    let words = SharedBox::new([const { Apart(AtomicU64::new(0)) }; 2]);
    let [there, back] = words.each_ref().map(|word| &word.0);
    let run = crew::run(Between::Processes, TWO_CORES, |participant: &Participant<'_>| {
        participant.start();
        for trip in 1..=trips {
            if participant.me == 0 {
                there.store(trip, Release);
                wait_for(back, trip);
            } else {
                wait_for(there, trip);
                back.store(trip, Release);
            }
        }
    });
    Figure { value: run.wall.as_nanos() as f64 / trips as f64, waited: run.waited }
}

fn wait_for(word: &AtomicU64, number: u64) {
    while word.load(Acquire) != number {
        spin_loop();
    }
}
