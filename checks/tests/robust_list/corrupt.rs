//! Garbage in the memory of a lock: errors and wrong data, but no fault, no hang, no panic.

#![allow(unsafe_code, reason = "overwrites a lock behind the library's back")]

use std::process;
use std::time::Duration;

use forkstep::atomic::{AtomicU64, Ordering};
use forkstep::process::{ExitStatus, Process};
use forkstep::{AcquireError, AcquireTimeoutError, Lock, OwnerId, Region};
use forkstep_checks::watchdog::{trial, waiting_for};
use libtest_mimic::Trial;
use proptest::prelude::*;

use crate::death::Sign;
use crate::mutex::Mutexes;
use crate::order::runner;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("corrupt_words_have_known_verdicts", corrupt_words_have_known_verdicts),
        trial("corrupt_poison_and_owner_are_wrong_data", corrupt_poison_and_owner),
        trial("corrupt_links_of_a_held_lock_are_refused", corrupt_links_are_refused),
        trial("corrupt_links_of_a_free_lock_do_not_matter", links_of_a_free_lock),
        trial("any_garbage_at_any_time", any_garbage_at_any_time),
    ]
}

/// Where the words of a lock lie, counted in 8 bytes: word and poison, owner, nothing, links.
const WORD_AND_POISON: usize = 0;
const OWNER: usize = 1;
const PREV: usize = 3;
const NEXT: usize = 4;

/// A lock whose bytes are known: it follows an array in its region.
struct Specimen {
    lock: Lock,
    words: &'static [AtomicU64; 8],
}

impl Specimen {
    fn new() -> Specimen {
        let region = Region::anonymous(256).unwrap();
        let array = region.place_ref([const { AtomicU64::new(0) }; 8]).unwrap();
        let array: *const [AtomicU64; 8] = array;
        let lock = Lock::new_in(&region).unwrap();
        // A specimen lives as long as its test process, so that its words may be static.
        std::mem::forget(region);
        // SAFETY: the region has room for both, and a lock takes the 64 bytes behind the array.
        let behind = unsafe { array.add(1) };
        // SAFETY: mapped until the process ends, and all of it atomic words to everybody.
        let words = unsafe { &*behind };
        let guard = lock.acquire().unwrap();
        assert_eq!(words[WORD_AND_POISON].load(Ordering::Relaxed), u64::from(process::id()));
        drop(guard);
        Specimen { lock, words }
    }

    fn write(&self, at: usize, garbage: u64) {
        self.words[at].store(garbage, Ordering::Relaxed);
    }

    /// Does all that can be done with a lock, within a time.
    fn exercise(&self) -> Verdict {
        let _ = (format!("{:?}", self.lock), self.lock.owner());
        drop(self.lock.try_acquire());
        verdict(&self.lock)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Acquired,
    Poisoned,
    OwnerDied(Option<OwnerId>),
    NotRecoverable,
    WouldDeadlock,
    Corrupt,
    TimedOut,
}

/// Acquires with a time limit, and gives up in good order whatever that brings.
fn verdict(lock: &Lock) -> Verdict {
    match lock.acquire_timeout(Duration::from_millis(2)) {
        Ok(_) => Verdict::Acquired,
        Err(AcquireTimeoutError::TimedOut) => Verdict::TimedOut,
        Err(AcquireTimeoutError::Acquire(error)) => match error {
            AcquireError::Poisoned(_) => Verdict::Poisoned,
            AcquireError::OwnerDied(guard) => {
                let dead = guard.dead_owner();
                drop(guard.mark_consistent());
                Verdict::OwnerDied(dead)
            }
            AcquireError::NotRecoverable => Verdict::NotRecoverable,
            AcquireError::WouldDeadlock => Verdict::WouldDeadlock,
            AcquireError::Corrupt => Verdict::Corrupt,
            other => panic!("not documented for garbage: {other:?}"),
        },
    }
}

fn corrupt_words_have_known_verdicts() {
    let me = u64::from(process::id());
    for (word, expected) in [
        (0, Verdict::Acquired),
        (0x8000_0000, Verdict::Acquired),
        (0x4000_0000, Verdict::OwnerDied(None)),
        (0xc000_0000, Verdict::OwnerDied(None)),
        (0x3fff_ffff, Verdict::NotRecoverable),
        (me, Verdict::WouldDeadlock),
        (me | 0xc000_0000, Verdict::WouldDeadlock),
        (0x3fff_fffe, Verdict::TimedOut),
        (0xffff_ffff, Verdict::TimedOut),
        (0xbfff_ffff, Verdict::TimedOut),
    ] {
        let specimen = Specimen::new();
        specimen.write(WORD_AND_POISON, word);
        assert_eq!(verdict(&specimen.lock), expected, "{word:#x}");
        specimen.exercise();
    }
}

fn corrupt_poison_and_owner() {
    let specimen = Specimen::new();
    specimen.write(WORD_AND_POISON, 0x1234 << 32);
    assert_eq!(verdict(&specimen.lock), Verdict::Poisoned);
    specimen.write(WORD_AND_POISON, 0x4000_0000);
    specimen.write(OWNER, u64::MAX);
    let Verdict::OwnerDied(Some(named)) = verdict(&specimen.lock) else {
        panic!("an owner died, and a name was left")
    };
    assert_eq!((named.pid(), named.tid()), (u32::MAX, u32::MAX));
    specimen.write(OWNER, u64::MAX);
    assert_eq!(specimen.lock.owner(), None, "the word names nobody");
}

/// Runs `victim` in a process that has to survive; another process, this one, corrupts when the
/// victim asks for it.
fn against(victim: impl FnOnce(&dyn Fn()), corrupt: impl FnOnce()) {
    let (ready, done) = (Sign::new(), Sign::new());
    let process = Process::start(|| {
        victim(&|| {
            ready.give();
            done.await_for("garbage");
        });
    })
    .unwrap();
    ready.await_for("a victim");
    corrupt();
    done.give();
    waiting_for("the victim");
    assert_eq!(process.join(), Ok(ExitStatus::Exited(0)));
}

/// What leads nowhere, into the code, into the stack, to the lock itself.
fn garbage_links(specimen: &Specimen) -> [u64; 6] {
    let here = 0;
    let (stack, code) = (&raw const here, garbage_links as *const ());
    let lock = &raw const *specimen.words;
    [0, 1, u64::MAX, stack.addr() as u64, code.addr() as u64, lock.addr() as u64]
}

fn corrupt_links_are_refused() {
    let links = garbage_links(&Specimen::new()).len();
    for (at, index) in [PREV, NEXT].into_iter().flat_map(|at| (0..links).map(move |i| (at, i))) {
        let (specimen, other, mutexes) = (Specimen::new(), Lock::new().unwrap(), Mutexes::new(1));
        let garbage = garbage_links(&specimen)[index];
        let victim = |corrupt: &dyn Fn()| {
            let guard = specimen.lock.acquire().unwrap();
            corrupt();
            mutexes.lock(0);
            drop(other.acquire().unwrap());
            mutexes.unlock(0);
            drop(guard);
            // Nobody ever reads a `prev` of ours, so garbage there is not even noticed.
            let expected = if at == NEXT { Verdict::Corrupt } else { Verdict::Acquired };
            assert_eq!(verdict(&specimen.lock), expected, "{garbage:#x} at {at}");
            drop(other.acquire().unwrap());
            mutexes.lock(0);
            mutexes.unlock(0);
        };
        against(victim, || specimen.write(at, garbage));
        // Its links may still be in a list: nobody gets it any more.
        let others = if at == NEXT { Verdict::NotRecoverable } else { Verdict::Acquired };
        assert_eq!(verdict(&specimen.lock), others, "to a thread of another process");
    }
}

fn links_of_a_free_lock() {
    let specimen = Specimen::new();
    for garbage in garbage_links(&specimen) {
        let victim = |corrupt: &dyn Fn()| {
            drop(specimen.lock.acquire().unwrap());
            corrupt();
            assert_eq!(verdict(&specimen.lock), Verdict::Acquired);
        };
        against(victim, || [PREV, NEXT].iter().for_each(|at| specimen.write(*at, garbage)));
    }
}

/// Words that are more telling than random ones.
fn garbage() -> impl Strategy<Value = u64> {
    prop_oneof![
        any::<u64>(),
        any::<u32>().prop_map(u64::from),
        Just(0),
        Just(0x4000_0000),
        Just(0xc000_0000),
        Just(0x3fff_ffff),
        Just(u64::MAX),
    ]
}

fn any_garbage_at_any_time() {
    let writes = proptest::collection::vec((0..8_usize, garbage()), 1..9);
    let plan = (writes, any::<bool>(), any::<bool>(), any::<bool>());
    let outcome = runner(128).run(&plan, |(writes, held, nested, dies)| {
        let (specimen, mutexes) = (Specimen::new(), Mutexes::new(2));
        let outer = Lock::new().unwrap();
        let victim = |corrupt: &dyn Fn()| {
            let _outer = nested.then(|| outer.acquire().unwrap());
            mutexes.lock(0);
            let guard = held.then(|| specimen.lock.acquire().unwrap());
            if nested {
                mutexes.lock(1);
            }
            corrupt();
            if dies {
                return;
            }
            drop(guard);
            specimen.exercise();
            if nested {
                mutexes.unlock(1);
            }
            mutexes.unlock(0);
            specimen.exercise();
        };
        against(victim, || writes.iter().for_each(|&(at, word)| specimen.write(at, word)));
        specimen.exercise();
        Ok(())
    });
    outcome.unwrap();
}
