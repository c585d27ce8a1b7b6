//! The array models: two elements, and participants that write one or both.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;

use forkstep_model::Array;
use forkstep_model::array::{Guard, OutOfBounds};
use forkstep_model::sys::model::{self, Run};

use crate::scenario::Scenario;
use crate::value::register::assert_backstops;
use crate::value::sample::Sample;

/// What one participant does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Adds to an element by `update`.
    Update(usize),
    /// Adds to an element by `fetch_add`.
    Add(usize),
    /// Takes one from the first and gives it to the second, with the lock held.
    Move,
    /// Copies both with the lock held, when what was moved must be somewhere.
    SumHolding,
    /// Adds to both with the lock held, as a slice, and finds them so.
    Fill,
    /// Replaces both, as a slice, by more than others add.
    Replace,
    /// Replaces the second so.
    Set,
    /// Copies both without the lock: each must be whole.
    Copy,
    /// Goes through both, and asks for what is not there.
    Iterate,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Update(0) => "update the first",
            Self::Update(_) => "update the second",
            Self::Add(0) => "add to the first",
            Self::Add(_) => "add to the second",
            Self::Move => "move",
            Self::SumHolding => "sum while holding",
            Self::Fill => "fill",
            Self::Replace => "replace",
            Self::Set => "set the second",
            Self::Copy => "copy",
            Self::Iterate => "iterate",
        }
    }

    /// By how much it may raise each element.
    fn raises(self) -> [u64; LEN] {
        match self {
            Self::Update(at) | Self::Add(at) => [(at == 0).into(), (at == 1).into()],
            Self::Fill => [1; LEN],
            Self::Replace => [MORE; LEN],
            Self::Set => [0, MORE],
            _ => [0; LEN],
        }
    }
}

/// How long the array is.
const LEN: usize = 2;
/// What each element is at the start.
const FIRST: u64 = 10;
/// How much more than that it is once it is replaced.
const MORE: u64 = 5;

/// An array model of two elements of `T`.
#[derive(Clone, Debug)]
pub struct ArrayModel<T> {
    /// Who takes part.
    pub roles: Vec<Role>,
    values: PhantomData<fn() -> T>,
}

impl<T> ArrayModel<T> {
    /// A role for each participant.
    #[must_use]
    pub fn new(roles: &[Role]) -> Self {
        Self { roles: roles.to_vec(), values: PhantomData }
    }
}

/// The array, and what the harness knows of an execution; that is no object of loom's, so it orders
/// nothing.
#[derive(Debug)]
pub struct Shared<T: Sample> {
    array: Array<T>,
    /// For each element, how many additions have begun, and how many are finished.
    begun: RefCell<[u64; LEN]>,
    finished: RefCell<[u64; LEN]>,
    /// Whether somebody has begun to move, and how many have finished.
    moves: Cell<u64>,
    moved: Cell<u64>,
}

impl<T: Sample> Scenario for ArrayModel<T> {
    type Shared = Shared<T>;

    fn roles(&self) -> Vec<&'static str> {
        self.roles.iter().map(|role| role.name()).collect()
    }

    fn set_up(&self) -> Shared<T> {
        Shared {
            array: Array::new(LEN, T::of(FIRST)).expect("the model has memory"),
            begun: RefCell::default(),
            finished: RefCell::default(),
            moves: Cell::new(0),
            moved: Cell::new(0),
        }
    }

    fn run(&self, me: usize, shared: &Shared<T>) {
        let role = self.roles[me];
        let Shared { array, .. } = shared;
        match role {
            Role::Update(at) => shared.raise(role, || {
                array.update(at, |old| T::of(old.number() + 1)).expect("it is there");
            }),
            Role::Add(at) => shared.raise(role, || {
                let words = T::array(array).expect("the model is one of numbers");
                words.fetch_add(at, 1).expect("it is there");
            }),
            Role::Move => shared.go(),
            Role::SumHolding => {
                let guard = array.lock().expect("the lock");
                let sum: u64 = shared.both(&guard).iter().sum();
                assert_eq!(sum, LEN as u64 * FIRST, "seen half way, with the lock held");
            }
            Role::Fill => shared.raise(role, || {
                let mut guard = array.lock().expect("the lock");
                let more = shared.both(&guard).map(|number| T::of(number + 1));
                guard.copy_from_slice(0, &more).expect("it is held");
                assert_eq!(shared.both(&guard), more.map(|value| value.number()), "not alone");
            }),
            Role::Replace => {
                shared.count(&shared.begun, role);
                array.copy_from_slice(0, &[T::of(FIRST + MORE); LEN]).expect("the lock");
            }
            Role::Set => {
                shared.count(&shared.begun, role);
                array.set(1, T::of(FIRST + MORE)).expect("the lock");
            }
            Role::Copy => {
                let mut both = [T::of(0); LEN];
                array.copy_to_slice(0, &mut both).expect("they are there");
                shared.expect_known(both.map(|value| value.number()));
            }
            Role::Iterate => {
                let both: Vec<u64> = array.iter().map(|value| value.number()).collect();
                shared.expect_known(both.try_into().expect("two elements"));
                let beyond = Err(OutOfBounds { index: LEN, len: LEN });
                assert_eq!(array.get(LEN).map(|value| value.number()), beyond);
            }
        }
    }

    fn judge(&self, shared: &Shared<T>, run: &Run) {
        model::note("the final check locks the array");
        let guard = shared.array.try_lock().expect("nobody holds it");
        let both = shared.both(&guard);
        drop(guard);
        let (begun, finished) = (*shared.begun.borrow(), *shared.finished.borrow());
        let (moves, moved) = (shared.moves.get(), shared.moved.get());
        let takes = [FIRST - moves..=FIRST - moved, FIRST + moved..=FIRST + moves];
        for (at, moving) in takes.into_iter().enumerate() {
            let least = moving.start() + finished[at];
            let most = moving.end() + begun[at];
            assert!(
                (least..=most).contains(&both[at]),
                "{both:?}, {finished:?} of {begun:?} added"
            );
        }
        assert_backstops(run);
    }
}

impl<T: Sample> Shared<T> {
    fn both(&self, guard: &Guard<'_, T>) -> [u64; LEN] {
        let mut both = [T::of(0); LEN];
        guard.copy_to_slice(0, &mut both).expect("they are there");
        both.map(|value| value.number())
    }

    /// Adds one to the elements that the role raises.
    fn raise(&self, role: Role, add: impl FnOnce()) {
        self.count(&self.begun, role);
        add();
        self.count(&self.finished, role);
    }

    fn count(&self, which: &RefCell<[u64; LEN]>, role: Role) {
        let mut counts = which.borrow_mut();
        (0..LEN).for_each(|at| counts[at] += role.raises()[at]);
    }

    fn go(&self) {
        let mut guard = self.array.lock().expect("the lock");
        self.moves.set(self.moves.get() + 1);
        let [first, second] = self.both(&guard);
        guard.set(0, T::of(first - 1)).expect("it is held");
        guard.set(1, T::of(second + 1)).expect("it is held");
        self.moved.set(self.moved.get() + 1);
    }

    /// Each is what it was at the start, or what begun additions can have made of it.
    fn expect_known(&self, both: [u64; LEN]) {
        let begun = *self.begun.borrow();
        for at in 0..LEN {
            assert!((FIRST..=FIRST + begun[at]).contains(&both[at]), "{both:?} of {begun:?} added");
        }
    }
}
