//! Litmus programs, stepped: the table of [`crate::litmus`], and what is small enough only
//! here.
//!
//! Stepping is sequentially consistent, so the outcomes of all executions of a program are those
//! that the table calls sequential, no more and no fewer.

use forkstep::atomic::{AtomicU32, Ordering, fence};

use super::futex;
use super::words::Words;
use crate::litmus::{self, Litmus, Memory, Outcome};
use crate::stepped::{History, Scenario};

/// As many words as any program uses.
type Shared = Words<AtomicU32, 3>;

/// All litmus programs.
#[must_use]
pub fn programs() -> Vec<Litmus> {
    litmus::table().iter().copied().chain([IRIW]).collect()
}

/// Independent reads of independent writes: two readers must agree on which write came first.
const IRIW: Litmus = Litmus {
    name: "independent reads of independent writes",
    words: 2,
    waits: false,
    threads: &[
        |memory| {
            memory.store(0, 1, Ordering::Relaxed);
            vec![]
        },
        |memory| {
            memory.store(1, 1, Ordering::Relaxed);
            vec![]
        },
        |memory| [0, 1].map(|word| memory.load(word, Ordering::Relaxed)).to_vec(),
        |memory| [1, 0].map(|word| memory.load(word, Ordering::Relaxed)).to_vec(),
    ],
    sequential: &[
        &[0, 0, 0, 0],
        &[0, 0, 0, 1],
        &[0, 0, 1, 0],
        &[0, 0, 1, 1],
        &[0, 1, 0, 0],
        &[0, 1, 0, 1],
        &[0, 1, 1, 0],
        &[0, 1, 1, 1],
        &[1, 0, 0, 0],
        &[1, 0, 0, 1],
        &[1, 0, 1, 1],
        &[1, 1, 0, 0],
        &[1, 1, 0, 1],
        &[1, 1, 1, 0],
        &[1, 1, 1, 1],
    ],
    weak: &[],
    forbidden: &[&[1, 0, 1, 0]],
};

/// The program as a scenario: what each thread returns is the answer to its only operation, and an
/// outcome that is not sequential is a counterexample.
#[must_use]
pub fn scenario(litmus: Litmus) -> Scenario {
    let name = litmus.name.replace(',', "").replace(' ', "-").to_lowercase();
    let mut builder = Scenario::builder(&format!("litmus-{name}"), || Shared::new(["x", "y", "z"]))
        .shows(litmus.name)
        .operations(litmus.threads.len())
        .words(Shared::named)
        .judged(move |history| {
            let outcome = outcome(history)?;
            if litmus.sequential.contains(&outcome.as_slice()) {
                return Ok(());
            }
            Err(format!("{outcome:?} is none of the outcomes {:?}", litmus.sequential))
        });
    for (number, thread) in litmus.threads.iter().enumerate() {
        builder = builder.participant(litmus.name, move |words, log| {
            log.call(number, || thread(words));
        });
    }
    builder.build()
}

/// What all threads of an execution returned, one after the other.
///
/// # Errors
///
/// The history is none of a litmus program that has come to its end.
pub fn outcome(history: &History) -> Result<Outcome, String> {
    let mut calls: Vec<_> = history.calls.iter().collect();
    calls.sort_by_key(|call| call.participant);
    let registers = calls.into_iter().map(|call| {
        let pending = || format!("P{} has not ended", call.participant);
        call.answered::<Outcome>()?.ok_or_else(pending)
    });
    Ok(registers.collect::<Result<Vec<_>, _>>()?.concat())
}

/// Two participants that have nothing to do with each other, of so many writes each: there are as
/// many schedules as ways to choose `writes` steps of twice as many.
#[must_use]
pub fn independent(writes: u32) -> Scenario {
    let count = move |words: &Shared, word: usize| {
        (1..=writes).for_each(|number| words[word].store(number, Ordering::Relaxed));
    };
    Scenario::builder("litmus-independent", || Shared::new(["x", "y", "z"]))
        .shows("two participants write a word of their own each")
        .participant("count x", move |words, _| count(words, 0))
        .participant("count y", move |words, _| count(words, 1))
        .afterwards(move |words, log| {
            let counted = [0, 1].map(|word| words[word].load(Ordering::Relaxed));
            if counted != [writes; 2] {
                log.fail(&format!("{counted:?} are left of {writes} writes each"));
            }
        })
        .words(Shared::named)
        .build()
}

fn narrow(value: u64) -> u32 {
    u32::try_from(value).expect("litmus programs use small numbers")
}

impl Memory for Shared {
    fn load(&self, word: usize, order: Ordering) -> u64 {
        self[word].load(order).into()
    }
    fn store(&self, word: usize, value: u64, order: Ordering) {
        self[word].store(narrow(value), order);
    }
    fn add(&self, word: usize, value: u64, order: Ordering) -> u64 {
        self[word].fetch_add(narrow(value), order).into()
    }
    fn exchange(&self, word: usize, from: u64, to: u64, order: Ordering) -> bool {
        let (from, to) = (narrow(from), narrow(to));
        self[word].compare_exchange(from, to, order, Ordering::Relaxed).is_ok()
    }
    fn fence(&self, order: Ordering) {
        fence(order);
    }
    fn yield_now(&self) {
        std::hint::spin_loop();
    }
    fn futex_wait(&self, word: usize, expected: u64) {
        futex::wait(&self[word], narrow(expected));
    }
    fn futex_wake_all(&self, word: usize) {
        futex::wake(&self[word], i32::MAX);
    }
}
