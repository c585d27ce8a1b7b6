//! Writers that are killed: in a set, while they hold the lock, while they wait for it.

use std::hint;
use std::time::{Duration, Instant};

use forkstep::process::Process;
use forkstep::value::Plain;
use forkstep::{Array, Value};
use forkstep_checks::watchdog::{trial, waiting_for};
use libtest_mimic::Trial;

use crate::readers::whole;
use crate::victims::{join, kill, wait_to_be_killed, wait_until_asleep};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("writer_of_a_word_killed", || killed_in_sets::<1>(150)),
        trial("writer_of_some_words_killed", || killed_in_sets::<8>(150)),
        trial("writer_of_many_words_killed", || killed_in_sets::<4096>(150)),
        trial("writer_of_an_array_killed", killed_in_an_array),
        trial("killed_while_holding", killed_while_holding),
        trial("killed_while_waiting", killed_while_waiting),
        trial("killed_in_an_update", killed_in_an_update),
    ]
}

fn wait_until_begun(word: &Value<u64>, at_least: u64) {
    waiting_for("a writer to begin");
    while word.load() < at_least {
        hint::spin_loop();
    }
}

pub(crate) fn spin(duration: Duration) {
    let start = Instant::now();
    while start.elapsed() < duration {
        hint::spin_loop();
    }
}

/// One writer after the other is killed while it does nothing but set; a reader looks on all the
/// time. The value is what was set last, or what was being set.
fn killed_in_sets<const N: usize>(victims: u64)
where
    [u64; N]: Plain,
{
    let value = Value::new([0_u64; N]).unwrap();
    let (begun, finished) = (Value::new(0_u64).unwrap(), Value::new(0_u64).unwrap());
    let done = Value::new(0_u64).unwrap();
    let reader = Process::start(|| {
        let mut last = 0;
        while done.load() == 0 {
            let seen = whole(value.get());
            assert!(seen >= last, "{seen} after {last}");
            last = seen;
        }
    });
    let mut interrupted = 0;
    for victim in 0..victims {
        let first = begun.load() + 1;
        let writer = Process::start(|| {
            for number in first.. {
                begun.store(number);
                value.set([number; N]).unwrap();
                finished.store(number);
            }
        });
        let writer = writer.unwrap();
        wait_until_begun(&begun, first + 2);
        spin(Duration::from_nanos(victim * 211 % 20_000));
        kill(&writer);
        let (left, most, least) = (whole(value.get()), begun.load(), finished.load());
        assert!((least..=most).contains(&left), "{left} is left of {least} to {most}");
        interrupted += u64::from(most > least);
        let after = value.update(|old| old.map(|word| word + 1)).unwrap();
        assert_eq!((whole(after), whole(value.get())), (left + 1, left + 1));
        begun.store(left + 1);
        finished.store(left + 1);
    }
    done.store(1);
    join(&reader.unwrap());
    println!("{interrupted} of {victims} writers of {N} words were killed in a set");
}

fn killed_in_an_array() {
    const LEN: usize = 1000;
    let array = Array::new(LEN, [0_u64; 2]).unwrap();
    let begun = Value::new(0_u64).unwrap();
    let mut half_way = 0;
    for victim in 0..150 {
        let first = begun.load() + 1;
        let writer = Process::start(|| {
            for number in first.. {
                begun.store(number);
                array.copy_from_slice(0, &[[number; 2]; LEN]).unwrap();
            }
        });
        let writer = writer.unwrap();
        wait_until_begun(&begun, first + 1);
        spin(Duration::from_nanos(victim * 211 % 20_000));
        kill(&writer);
        let numbers: Vec<u64> = array.iter().map(whole).collect();
        let last = begun.load();
        // The first elements are new and the others old, or all are the same.
        let new = numbers.iter().take_while(|number| **number == last).count();
        assert!(numbers[new..].iter().all(|number| *number == last - 1), "{numbers:?}");
        half_way += u64::from(0 < new && new < LEN);
        array.set(LEN - 1, [last; 2]).unwrap();
        array.copy_from_slice(0, &[[last; 2]; LEN]).unwrap();
    }
    println!("{half_way} of 150 writers were killed half way through an array");
}

fn killed_while_holding() {
    let value = Value::new([0_u64; 3]).unwrap();
    let set = Value::new(0_u64).unwrap();
    for number in 1..=50 {
        let holder = Process::start(|| {
            let mut guard = value.lock().unwrap();
            guard.set([number; 3]).unwrap();
            set.store(number);
            wait_to_be_killed()
        });
        let holder = holder.unwrap();
        wait_until_begun(&set, number);
        let sleeper = Process::start(|| {
            let after = value.update(|old| old.map(|word| word + 1000)).unwrap();
            assert_eq!(after, [number + 1000; 3]);
        });
        let sleeper = sleeper.unwrap();
        wait_until_asleep(&sleeper);
        assert_eq!(value.get(), [number; 3]);
        kill(&holder);
        join(&sleeper);
        // Nobody is told, and nobody has to repair.
        let mut guard = value.try_lock().unwrap();
        assert_eq!(guard.get(), [number + 1000; 3]);
        guard.set([0; 3]).unwrap();
    }
}

fn killed_while_waiting() {
    let value = Value::new(0_u64).unwrap();
    for number in 0..20 {
        let guard = value.lock().unwrap();
        let victim = Process::start(|| value.set(u64::MAX).unwrap()).unwrap();
        let survivor = Process::start(|| value.set(number).unwrap()).unwrap();
        wait_until_asleep(&victim);
        wait_until_asleep(&survivor);
        kill(&victim);
        drop(guard);
        join(&survivor);
        assert_eq!(value.get(), number);
    }
}

fn killed_in_an_update() {
    let value = Value::new([1_u64; 2]).unwrap();
    let begun = Value::new(0_u64).unwrap();
    for number in 1..=20 {
        let victim = Process::start(|| {
            let changed = value.update(|_| {
                begun.store(number);
                wait_to_be_killed()
            });
            changed.map(drop).unwrap()
        });
        let victim = victim.unwrap();
        wait_until_begun(&begun, number);
        kill(&victim);
        assert_eq!(value.update(|old| old.map(|word| 2 * word)), Ok([2; 2]));
        value.set([1; 2]).unwrap();
    }
}
