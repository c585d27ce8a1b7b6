//! Senders that are killed in the middle of a long send: nothing arrives, or all of it.

use std::hint;
use std::time::{Duration, Instant};

use forkstep::atomic::{AtomicU64, Ordering};
use forkstep::pipe::{self, RecvError};
use forkstep::{Process, Region};
use forkstep_checks::watchdog::{trial, waiting_for};
use libtest_mimic::Trial;

use crate::victims::{kill, wait_to_be_killed};

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("peer_killed_in_a_long_send", peer_killed_in_a_long_send)]
}

const LENGTH: usize = 1 << 20;
const BYTES: usize = 2 << 20;
/// How many sends have to be interrupted.
const INTERRUPTED: u32 = 20;
/// The machine may let most senders finish before the signal reaches them, but not this many.
const TRIES: u32 = 5000;
/// In how many steps the killer goes from the begin of a send to its end.
const STEPS: u32 = 50;

fn peer_killed_in_a_long_send() {
    let region = Region::anonymous(64).unwrap();
    let begun = region.place_ref(AtomicU64::new(0)).unwrap();
    let length = time_of_a_send();
    let mut interrupted = 0;
    for number in 1..=TRIES {
        let item = item(number);
        // No item is a `()`: they are sent and received as bytes.
        let (receiver, sender) = pipe::one_way::<()>(BYTES).unwrap();
        let victim = Process::start(|| {
            let end = sender;
            begun.store(u64::from(number), Ordering::Release);
            end.send_bytes(&item).unwrap();
            wait_to_be_killed()
        });
        let victim = victim.unwrap();
        waiting_for("a send to begin");
        while begun.load(Ordering::Acquire) != u64::from(number) {
            hint::spin_loop();
        }
        let start = Instant::now();
        while start.elapsed() < length * (number % STEPS) / STEPS {
            hint::spin_loop();
        }
        victim.kill().unwrap();
        match receiver.recv_bytes() {
            Ok(received) => {
                assert!(received == item, "try {number}: {} bytes are torn", received.len());
                assert_eq!(receiver.recv_bytes(), Err(RecvError::Eof));
            }
            Err(error) => {
                assert_eq!(error, RecvError::Eof);
                interrupted += 1;
            }
        }
        kill(&victim);
        if interrupted == INTERRUPTED {
            return println!("{interrupted} of {number} sends of {length:?} were interrupted");
        }
    }
    panic!("{interrupted} of {INTERRUPTED} sends were interrupted in {TRIES} tries");
}

/// The shortest of several.
fn time_of_a_send() -> Duration {
    let times = (0..5).map(|number| {
        let (item, (_receiver, sender)) = (item(number), pipe::one_way::<()>(BYTES).unwrap());
        let start = Instant::now();
        sender.send_bytes(&item).unwrap();
        start.elapsed()
    });
    times.min().unwrap()
}

fn item(number: u32) -> Vec<u8> {
    (0..LENGTH as u32).map(|at| (at ^ at >> 8 ^ number) as u8).collect()
}
