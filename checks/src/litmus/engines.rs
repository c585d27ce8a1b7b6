//! The engines that litmus programs run on.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use forkstep_model::atomic::{AtomicU32, Ordering, fence};
use forkstep_model::sys::model::{Cure, Plan, Run};
use forkstep_model::sys::{Until, futex_wait, futex_wake_all};

use super::{Found, Litmus, Memory, Outcome};
use crate::backend::model::{Bounds, Failure, explore};
use crate::scenario::Scenario;

/// More than any program of the table needs.
const MANY: usize = 1_000_000;

type Outcomes = Arc<Mutex<BTreeSet<Outcome>>>;

fn note(outcomes: &Outcomes, registers: Vec<Outcome>) {
    outcomes.lock().unwrap_or_else(|e| e.into_inner()).insert(registers.concat());
}

/// Runs the program behind our seam on loom, thread number `main` as loom's main thread.
///
/// # Errors
///
/// What [`explore`] says.
pub fn on_loom(litmus: &Litmus, cure: Cure, main: usize) -> Result<Found, Failure> {
    let outcomes = Outcomes::default();
    let scenario = Arc::new(OnSeam { litmus: *litmus, outcomes: Arc::clone(&outcomes) });
    let threads = litmus.threads.len();
    let plan = Plan { participants: threads, cure, ..Plan::default() };
    let mut order: Vec<usize> = (0..threads).collect();
    order.rotate_left(main);
    let bounds = Bounds { preemptions: None, executions: MANY };
    let executions = explore(&scenario, &plan, &order, bounds)?.executions;
    let outcomes = outcomes.lock().unwrap_or_else(|e| e.into_inner()).clone();
    Ok(Found { outcomes, executions })
}

/// A litmus program as a scenario of the model backend.
struct OnSeam {
    litmus: Litmus,
    outcomes: Outcomes,
}

struct SeamMemory(Vec<AtomicU32>);

impl Scenario for OnSeam {
    type Shared = (SeamMemory, RefCell<Vec<Outcome>>);

    fn roles(&self) -> Vec<&'static str> {
        vec![self.litmus.name; self.litmus.threads.len()]
    }

    fn set_up(&self) -> Self::Shared {
        let names = ["x", "y", "z"];
        let words = names.iter().take(self.litmus.words).map(|name| AtomicU32::named(0, name));
        (SeamMemory(words.collect()), RefCell::new(vec![vec![]; self.litmus.threads.len()]))
    }

    fn run(&self, participant: usize, (memory, registers): &Self::Shared) {
        let outcome = (self.litmus.threads[participant])(memory);
        registers.borrow_mut()[participant] = outcome;
    }

    fn judge(&self, (_, registers): &Self::Shared, _run: &Run) {
        note(&self.outcomes, registers.borrow().clone());
    }
}

fn narrow(value: u64) -> u32 {
    u32::try_from(value).expect("litmus programs use small numbers")
}

impl Memory for SeamMemory {
    fn load(&self, word: usize, order: Ordering) -> u64 {
        self.0[word].load(order).into()
    }
    fn store(&self, word: usize, value: u64, order: Ordering) {
        self.0[word].store(narrow(value), order);
    }
    fn add(&self, word: usize, value: u64, order: Ordering) -> u64 {
        self.0[word].fetch_add(narrow(value), order).into()
    }
    fn exchange(&self, word: usize, from: u64, to: u64, order: Ordering) -> bool {
        let (from, to) = (narrow(from), narrow(to));
        self.0[word].compare_exchange(from, to, order, Ordering::Relaxed).is_ok()
    }
    fn fence(&self, order: Ordering) {
        fence(order);
    }
    fn yield_now(&self) {
        forkstep_model::sys::model::yield_now();
    }
    fn futex_wait(&self, word: usize, expected: u64) {
        let never = Until { ns: u64::MAX, backstop: true };
        futex_wait(&self.0[word], narrow(expected), never);
    }
    fn futex_wake_all(&self, word: usize) {
        futex_wake_all(&self.0[word]);
    }
}

/// Runs a program without futexes on loom as it is released, its first thread as main.
///
/// # Panics
///
/// If the program uses a futex.
#[must_use]
pub fn on_plain_loom(litmus: &Litmus) -> Found {
    let outcomes = Outcomes::default();
    let executions = Arc::new(Mutex::new(0_usize));
    let (program, found, count) = (*litmus, Arc::clone(&outcomes), Arc::clone(&executions));
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = None;
    builder.check(move || {
        *count.lock().unwrap_or_else(|e| e.into_inner()) += 1;
        let words = (0..program.words).map(|_| loom::sync::atomic::AtomicU64::new(0)).collect();
        let memory = Arc::new(PlainMemory(words));
        let others: Vec<_> = program.threads[1..]
            .iter()
            .map(|thread| {
                let memory = Arc::clone(&memory);
                loom::thread::spawn(move || thread(&*memory))
            })
            .collect();
        let mut registers = vec![(program.threads[0])(&*memory)];
        registers.extend(others.into_iter().map(|thread| thread.join().expect("no panics")));
        note(&found, registers);
    });
    let executions = *executions.lock().unwrap_or_else(|e| e.into_inner());
    let outcomes = outcomes.lock().unwrap_or_else(|e| e.into_inner()).clone();
    Found { outcomes, executions }
}

struct PlainMemory(Vec<loom::sync::atomic::AtomicU64>);

impl Memory for PlainMemory {
    fn load(&self, word: usize, order: Ordering) -> u64 {
        self.0[word].load(order)
    }
    fn store(&self, word: usize, value: u64, order: Ordering) {
        self.0[word].store(value, order);
    }
    fn add(&self, word: usize, value: u64, order: Ordering) -> u64 {
        self.0[word].fetch_add(value, order)
    }
    fn exchange(&self, word: usize, from: u64, to: u64, order: Ordering) -> bool {
        self.0[word].compare_exchange(from, to, order, Ordering::Relaxed).is_ok()
    }
    fn fence(&self, order: Ordering) {
        loom::sync::atomic::fence(order);
    }
    fn yield_now(&self) {
        loom::thread::yield_now();
    }
    fn futex_wait(&self, _word: usize, _expected: u64) {
        panic!("loom as it is released has no futexes");
    }
    fn futex_wake_all(&self, _word: usize) {
        panic!("loom as it is released has no futexes");
    }
}

/// Runs the program on Shuttle's depth-first search, without reduction.
///
/// # Panics
///
/// If the program waits.
#[must_use]
pub fn on_shuttle(litmus: &Litmus) -> Found {
    let outcomes = Outcomes::default();
    let (program, found) = (*litmus, Arc::clone(&outcomes));
    let mut config = shuttle::Config::new();
    config.silence_warnings = true;
    let dfs = shuttle::scheduler::DfsScheduler::new(None, false);
    let executions = shuttle::Runner::new(dfs, config).run(move || {
        let words = (0..program.words).map(|_| shuttle::sync::atomic::AtomicU64::new(0)).collect();
        let memory = Arc::new(ShuttleMemory(words));
        let threads: Vec<_> = program
            .threads
            .iter()
            .map(|thread| {
                let memory = Arc::clone(&memory);
                shuttle::thread::spawn(move || thread(&*memory))
            })
            .collect();
        let registers = threads.into_iter().map(|thread| thread.join().expect("no panics"));
        note(&found, registers.collect());
    });
    let outcomes = outcomes.lock().unwrap_or_else(|e| e.into_inner()).clone();
    Found { outcomes, executions }
}

struct ShuttleMemory(Vec<shuttle::sync::atomic::AtomicU64>);

impl Memory for ShuttleMemory {
    fn load(&self, word: usize, _order: Ordering) -> u64 {
        self.0[word].load(Ordering::SeqCst)
    }
    fn store(&self, word: usize, value: u64, _order: Ordering) {
        self.0[word].store(value, Ordering::SeqCst);
    }
    fn add(&self, word: usize, value: u64, _order: Ordering) -> u64 {
        self.0[word].fetch_add(value, Ordering::SeqCst)
    }
    fn exchange(&self, word: usize, from: u64, to: u64, _order: Ordering) -> bool {
        self.0[word].compare_exchange(from, to, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }
    fn fence(&self, _order: Ordering) {}
    fn yield_now(&self) {
        panic!("programs that wait are not run on Shuttle");
    }
    fn futex_wait(&self, _word: usize, _expected: u64) {
        panic!("programs that wait are not run on Shuttle");
    }
    fn futex_wake_all(&self, _word: usize) {
        panic!("programs that wait are not run on Shuttle");
    }
}
