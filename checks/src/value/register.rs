//! The value as a register: some set it, some get it, and nobody may see half of one, or one that
//! was replaced before.

use std::cell::RefCell;
use std::marker::PhantomData;

use forkstep_model::Value;
use forkstep_model::sys::model::{self, Run};

use super::sample::Sample;
use crate::scenario::Scenario;

/// What one participant does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Gets the value that often.
    Get(usize),
    /// Sets the value that often.
    Set(u64),
    /// Sets it that often with the lock held all the time, and gets what it has set.
    SetHolding(u64),
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Get(1) => "get",
            Self::Get(_) => "get twice",
            Self::Set(1) => "set",
            Self::Set(_) => "set twice",
            Self::SetHolding(_) => "set while holding",
        }
    }
}

/// A model of a register of `T`.
#[derive(Clone, Debug)]
pub struct Register<T> {
    roles: Vec<Role>,
    values: PhantomData<fn() -> T>,
}

impl<T> Register<T> {
    /// A role for each participant.
    #[must_use]
    pub fn new(roles: &[Role]) -> Self {
        Self { roles: roles.to_vec(), values: PhantomData }
    }

    /// How many participants there are.
    #[must_use]
    pub fn participants(&self) -> usize {
        self.roles.len()
    }
}

/// The value, and what the harness knows of an execution; that is no object of loom's, so it orders
/// nothing.
#[derive(Debug)]
pub struct Shared<T: Sample> {
    value: Value<T>,
    writers: RefCell<Vec<Writer>>,
}

/// What is known of one participant's numbers.
#[derive(Clone, Copy, Debug, Default)]
struct Writer {
    begun: u64,
    finished: u64,
}

/// The numbers of each participant start at a multiple of this; 0 is there from the start.
const NUMBERS: u64 = 100;

fn number(participant: usize, n: u64) -> u64 {
    (participant as u64 + 1) * NUMBERS + n
}

impl<T: Sample> Scenario for Register<T> {
    type Shared = Shared<T>;

    fn roles(&self) -> Vec<&'static str> {
        self.roles.iter().map(|role| role.name()).collect()
    }

    fn set_up(&self) -> Shared<T> {
        Shared {
            value: Value::new(T::of(0)).expect("the model has memory"),
            writers: RefCell::new(vec![Writer::default(); self.roles.len()]),
        }
    }

    fn run(&self, me: usize, shared: &Shared<T>) {
        match self.roles[me] {
            Role::Get(times) => shared.get(times),
            Role::Set(times) => (1..=times).for_each(|n| {
                shared.note(me, n, || shared.value.set(T::of(number(me, n))).expect("the lock"));
            }),
            Role::SetHolding(times) => {
                let mut guard = shared.value.lock().expect("the lock");
                for n in 1..=times {
                    shared.note(me, n, || guard.set(T::of(number(me, n))).expect("it is held"));
                    assert_eq!(guard.get().number(), number(me, n), "changed by another");
                }
            }
        }
    }

    fn judge(&self, shared: &Shared<T>, run: &Run) {
        model::note("the final check sets the value");
        let last = shared.value.get().number();
        let writers = shared.writers.borrow();
        let may_be = |(participant, writer): (usize, &Writer)| {
            let numbers = [writer.finished, writer.begun].map(|n| number(participant, n));
            !last.is_multiple_of(NUMBERS) && numbers.contains(&last)
        };
        let none_finished = writers.iter().all(|writer| writer.finished == 0);
        let known = writers.iter().enumerate().any(may_be);
        assert!(known || last == 0 && none_finished, "{last} is left, after {writers:?}");
        let mut guard = shared.value.try_lock().expect("nobody holds it");
        assert_eq!(guard.get().number(), last, "the value changed by itself");
        guard.set(T::of(1)).expect("it is held");
        drop(guard);
        assert_eq!(shared.value.get().number(), 1, "the value can still be set");
        assert_backstops(run);
    }
}

impl<T: Sample> Shared<T> {
    fn note(&self, me: usize, n: u64, set: impl FnOnce()) {
        self.writers.borrow_mut()[me].begun = n;
        set();
        self.writers.borrow_mut()[me].finished = n;
    }

    /// Each value is whole, was begun, and is none that this reader has seen replaced.
    fn get(&self, times: usize) {
        let mut seen: Vec<u64> = Vec::new();
        for _ in 0..times {
            let got = self.value.get().number();
            let (writer, n) = (got / NUMBERS, got % NUMBERS);
            let begun =
                writer.checked_sub(1).map_or(0, |w| self.writers.borrow()[w as usize].begun);
            assert!(n <= begun, "{got} was never set");
            if seen.last() != Some(&got) {
                assert!(!seen.contains(&got), "{got} again, after {seen:?}");
                let later = |old: &u64| old / NUMBERS == writer && *old > got;
                assert!(!seen.iter().any(later), "{got} is older than one of {seen:?}");
                seen.push(got);
            }
        }
    }
}

/// Each death costs at most one backstop.
///
/// # Panics
///
/// It did not.
pub(crate) fn assert_backstops(run: &Run) {
    let deaths = run.crashed.iter().filter(|crashed| **crashed).count();
    let backstops = run.backstops.iter().copied().max().unwrap_or(0);
    assert!(backstops <= deaths, "{backstops} backstops for {deaths} deaths");
}
