//! Participants that are killed: while they wait for an item or for room, in the middle of a long
//! put, and right after a put has returned.

use std::hint;
use std::time::{Duration, Instant};

use forkstep::atomic::{AtomicU64, Ordering};
use forkstep::process::Process;
use forkstep::{GetError, Queue, Region};
use forkstep_checks::watchdog::{trial, waiting_for};
use libtest_mimic::Trial;

use crate::victims::{join, kill, wait_to_be_killed, wait_until_asleep};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("consumer_killed_while_it_waits", consumer_killed_while_it_waits),
        trial("producer_killed_while_it_waits", producer_killed_while_it_waits),
        trial("producer_killed_in_a_long_put", producer_killed_in_a_long_put),
        trial("producer_killed_after_its_put", producer_killed_after_its_put),
    ]
}

/// Far longer than anything here takes: running out means that it never comes.
const LONG: Duration = Duration::from_secs(20);

fn consumer_killed_while_it_waits() {
    let queue = Queue::new(4).unwrap();
    for number in 0..50_u32 {
        let victim = Process::start(|| queue.get().map(|_| ()).map_err(|e| e.to_string())).unwrap();
        wait_until_asleep(&victim);
        kill(&victim);
        queue.put(&number).unwrap();
        // By another process, and by this one.
        let another = Process::start(|| assert_eq!(queue.get_timeout(LONG), Ok(number)));
        join(&another.unwrap());
        queue.put(&number).unwrap();
        assert_eq!(queue.try_get(), Ok(number));
    }
}

fn producer_killed_while_it_waits() {
    let queue = Queue::new(1).unwrap();
    for number in 0..50_u32 {
        queue.put(&number).unwrap();
        let victim = Process::start(|| queue.put(&u32::MAX).map_err(|e| e.to_string())).unwrap();
        wait_until_asleep(&victim);
        kill(&victim);
        assert_eq!(queue.try_get(), Ok(number));
        assert_eq!(queue.try_get(), Err(GetError::Empty));
    }
}

const LENGTH: usize = 1 << 20;
const RING: usize = 4 << 20;
/// How many puts have to be interrupted.
const INTERRUPTED: u32 = 20;
/// The machine may let most producers finish before the signal reaches them, but not this many.
const TRIES: u32 = 5000;
/// In how many steps the killer goes from the begin of a put to its end.
const STEPS: u32 = 50;
const TIMEOUT: Duration = Duration::from_millis(5);
/// A generous bound on what one scheduling delay can be.
const OVERRUN: Duration = Duration::from_millis(200);

fn producer_killed_in_a_long_put() {
    // No item is a `()`, so each comes back as its bytes.
    let queue = Queue::<()>::with_capacity(16, RING).unwrap();
    let region = Region::anonymous(64).unwrap();
    let begun = region.place_ref(AtomicU64::new(0)).unwrap();
    let length = time_of_a_put(&queue);
    let mut interrupted = 0;
    for number in 1..=TRIES {
        let item = item(number);
        let victim = Process::start(|| {
            begun.store(u64::from(number), Ordering::Release);
            queue.put_bytes(&item).unwrap();
            wait_to_be_killed()
        });
        let victim = victim.unwrap();
        wait_until(begun, number, "a put to begin");
        spin(length * (number % STEPS) / STEPS);
        victim.kill().unwrap();
        let start = Instant::now();
        let got = queue.get_timeout(TIMEOUT);
        let overrun = start.elapsed().saturating_sub(TIMEOUT);
        assert!(overrun < OVERRUN, "try {number}: a get overran its time by {overrun:?}");
        kill(&victim);
        interrupted += u32::from(!is_whole(got, &item));
        assert_eq!(queue.len(), 0, "try {number}");
        // The next one is not disturbed by what the dead has left.
        queue.put_bytes(&item).unwrap();
        assert!(is_whole(queue.try_get(), &item), "try {number}");
        if interrupted == INTERRUPTED {
            return println!("{interrupted} of {number} puts of {length:?} were interrupted");
        }
    }
    panic!("{interrupted} of {INTERRUPTED} puts were interrupted in {TRIES} tries");
}

/// The shortest of several, each in a process of its own, as that of a victim is.
fn time_of_a_put(queue: &Queue<()>) -> Duration {
    let item = item(0);
    let region = Region::anonymous(64).unwrap();
    let shortest = region.place_ref(AtomicU64::new(u64::MAX)).unwrap();
    for _ in 0..5 {
        let producer = Process::start(|| {
            let start = Instant::now();
            queue.put_bytes(&item).unwrap();
            let time = start.elapsed().as_nanos() as u64;
            shortest.store(time.min(shortest.load(Ordering::Relaxed)), Ordering::Relaxed);
        });
        join(&producer.unwrap());
        assert!(is_whole(queue.try_get(), &item));
    }
    Duration::from_nanos(shortest.load(Ordering::Relaxed))
}

fn spin(duration: Duration) {
    let start = Instant::now();
    while start.elapsed() < duration {
        hint::spin_loop();
    }
}

/// Without a sleep, so that little time passes before the next step.
fn wait_until(word: &AtomicU64, value: u32, what: &str) {
    waiting_for(what);
    while word.load(Ordering::Acquire) != u64::from(value) {
        hint::spin_loop();
    }
}

fn item(number: u32) -> Vec<u8> {
    (0..LENGTH as u32).map(|at| (at ^ at >> 8 ^ number) as u8).collect()
}

/// Says whether the item was got, and not that there is none.
fn is_whole(got: Result<(), GetError>, item: &[u8]) -> bool {
    match got {
        Err(GetError::Empty) => false,
        Err(GetError::Undecodable { bytes, .. }) => {
            assert!(bytes == item, "{} bytes that nobody put", bytes.len());
            true
        }
        other => panic!("the item or nothing is expected, not {other:?}"),
    }
}

fn producer_killed_after_its_put() {
    let queue = Queue::new(1).unwrap();
    let region = Region::anonymous(64).unwrap();
    let put = region.place_ref(AtomicU64::new(0)).unwrap();
    for number in 1..=100_u32 {
        let victim = Process::start(|| {
            queue.put(&number).unwrap();
            put.store(u64::from(number), Ordering::Release);
            wait_to_be_killed()
        });
        wait_until(put, number, "a put to return");
        kill(&victim.unwrap());
        assert_eq!(queue.get_timeout(LONG), Ok(number));
    }
    assert!(queue.is_empty());
}
