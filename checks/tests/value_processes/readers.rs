//! L12: readers beside a writer see every value whole, and each in its turn; they wait for nobody.

use std::hint;

use forkstep::process::Process;
use forkstep::value::Plain;
use forkstep::{Array, Value};
use forkstep_checks::backend::processes;
use forkstep_checks::watchdog::{trial, waiting_for};
use libtest_mimic::Trial;

use crate::victims::{join, kill, wait_to_be_killed};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("l12_readers_see_whole_values", || {
            readers_see_whole_values::<1>();
            readers_see_whole_values::<2>();
            readers_see_whole_values::<3>();
            readers_see_whole_values::<64>();
        }),
        trial("readers_see_whole_elements", readers_see_whole_elements),
        trial("readers_do_not_wait_for_a_stopped_writer", readers_pass_a_stopped_writer),
        trial("a_flag_hands_on_what_was_written_before", flag_hands_on),
    ]
}

/// How many readers there are.
const READERS: usize = 3;
/// How many values each reads.
const READS: u64 = 30_000;

/// Says what number is repeated in all words.
pub(crate) fn whole<const N: usize>(words: [u64; N]) -> u64 {
    assert!(words.iter().all(|word| *word == words[0]), "torn: {words:?}");
    words[0]
}

fn readers_see_whole_values<const N: usize>()
where
    [u64; N]: Plain,
{
    let value = Value::new([0_u64; N]).unwrap();
    let reading = Value::new(READERS as u64).unwrap();
    let writer = Process::start(|| {
        let mut number = 0;
        while reading.get() > 0 {
            number += 1;
            value.set([number; N]).unwrap();
        }
        assert_eq!(whole(value.get()), number);
    });
    let readers = [(); READERS].map(|()| {
        let read = || {
            let (mut last, mut changes) = (0, 0);
            let mut reads = 0;
            // Some changes at least, else this has seen nothing.
            while reads < READS || changes < 100 {
                let seen = whole(value.get());
                assert!(seen >= last, "{seen} after {last}");
                changes += u64::from(seen > last);
                last = seen;
                reads += 1;
            }
            reading.fetch_add(1_u64.wrapping_neg());
        };
        Process::start(read).unwrap()
    });
    readers.iter().for_each(join);
    join(&writer.unwrap());
}

fn readers_see_whole_elements() {
    const LEN: usize = 5;
    let array = Array::new(LEN, [0_u64; 3]).unwrap();
    let reading = Value::new(READERS as u64).unwrap();
    let writer = Process::start(|| {
        let mut number = 0;
        while reading.get() > 0 {
            number += 1;
            array.copy_from_slice(0, &[[number; 3]; LEN]).unwrap();
        }
    });
    let readers = [(); READERS].map(|()| {
        let read = || {
            for _ in 0..READS / 10 {
                let mut slice = [[0; 3]; LEN];
                array.copy_to_slice(0, &mut slice).unwrap();
                for element in slice.into_iter().chain(&array) {
                    whole(element);
                }
                // As one, with the lock.
                let guard = array.lock().unwrap();
                guard.copy_to_slice(0, &mut slice).unwrap();
                drop(guard);
                assert!(slice.iter().all(|element| *element == slice[0]), "{slice:?}");
            }
            reading.fetch_add(1_u64.wrapping_neg());
        };
        Process::start(read).unwrap()
    });
    readers.iter().for_each(join);
    join(&writer.unwrap());
}

fn readers_pass_a_stopped_writer() {
    let value = Value::new([1_u64; 8]).unwrap();
    let (held, writes) = (Value::new(0_u64).unwrap(), Value::new(0_u64).unwrap());
    let holder = Process::start(|| {
        let mut guard = value.lock().unwrap();
        guard.set([2; 8]).unwrap();
        held.store(1);
        wait_to_be_killed()
    });
    let holder = holder.unwrap();
    waiting_for("the holder to hold");
    while held.load() == 0 {
        hint::spin_loop();
    }
    processes::stop(&holder);
    waiting_for("a read beside a holder that is stopped");
    assert_eq!(value.get(), [2; 8]);
    kill(&holder);

    // Stopped somewhere in the middle of its writes.
    let writer = Process::start(|| {
        for number in 3.. {
            value.set([number; 8]).unwrap();
            writes.store(number);
        }
    });
    let writer = writer.unwrap();
    waiting_for("the writer to write");
    while writes.load() < 1000 {
        hint::spin_loop();
    }
    processes::stop(&writer);
    waiting_for("a read beside a writer that is stopped");
    let (seen, written) = (whole(value.get()), writes.get());
    assert!((written..=written + 1).contains(&seen), "{seen}, and {written} was written");
    kill(&writer);
    assert_eq!(whole(value.get()), seen);
    value.set([1; 8]).unwrap();
}

fn flag_hands_on() {
    const ROUNDS: u64 = 20_000;
    let datum = Array::new(4, 0_u64).unwrap();
    let flag = Value::new([0_u64; 2]).unwrap();
    let writer = Process::start(|| {
        for round in 1..=ROUNDS {
            datum.copy_from_slice(0, &[round; 4]).unwrap();
            flag.set([round; 2]).unwrap();
        }
    });
    waiting_for("the last flag");
    loop {
        let announced = whole(flag.get());
        let found: Vec<u64> = datum.iter().collect();
        assert!(found.iter().all(|n| *n >= announced), "{found:?} of {announced}");
        if announced == ROUNDS {
            break;
        }
    }
    join(&writer.unwrap());
}
