//! The subject `list`: its models.

use std::cell::RefCell;

use forkstep_model::sys::model::{self, Run};
use forkstep_model::{DictWriteError, List};

use crate::check::{Check, Level};
use crate::named::Named;
use crate::order::{self, Specified, is_explained};
use crate::scenario::Scenario;

/// What is done to a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Append(u8),
    Get(usize),
    Set(usize, u8),
    Pop,
}

/// A place, a value, or 0 and 1 for no and yes.
type Answer = Option<usize>;

type Done = order::Done<Op, Answer>;

/// What is in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Values(Vec<u8>);

impl Specified for Values {
    type Op = Op;
    type Answer = Answer;

    fn after(&self, op: Op) -> (Self, Answer) {
        let mut list = self.0.clone();
        let answer = match op {
            Op::Append(value) => {
                list.push(value);
                Some(self.0.len())
            }
            Op::Get(place) => self.0.get(place).map(|value| usize::from(*value)),
            Op::Set(place, value) => {
                list.iter_mut().skip(place).take(1).for_each(|old| *old = value);
                Some(usize::from(place < self.0.len()))
            }
            Op::Pop => list.pop().map(usize::from),
        };
        (Self(list), answer)
    }
}

/// A list model: a program for each participant.
#[derive(Clone, Debug)]
struct ListModel {
    programs: Vec<(&'static str, Vec<Op>)>,
    /// What is in the list at the start.
    start: Values,
}

/// The list and what the harness knows of an execution.
#[derive(Debug)]
struct Shared {
    list: List<u8>,
    done: RefCell<Vec<Vec<Done>>>,
}

/// A table of four slots, and room for four values of three words.
const BYTES: usize = 8 * (4 + 4 * 3);

impl Scenario for ListModel {
    type Shared = Shared;

    fn roles(&self) -> Vec<&'static str> {
        self.programs.iter().map(|(name, _)| *name).collect()
    }

    fn set_up(&self) -> Shared {
        let list = List::new(BYTES).expect("the model has memory");
        for value in &self.start.0 {
            ok(list.append(value));
        }
        Shared { list, done: RefCell::new(vec![Vec::new(); self.programs.len()]) }
    }

    fn run(&self, me: usize, shared: &Shared) {
        for op in &self.programs[me].1 {
            shared.done.borrow_mut()[me].push(Done { op: *op, answer: None });
            let answer = shared.answer(*op);
            shared.done.borrow_mut()[me].last_mut().expect("begun").answer = Some(answer);
        }
    }

    fn judge(&self, shared: &Shared, _run: &Run) {
        let end = Values(shared.list.iter().map(|value| value.expect("reads")).collect());
        let done = shared.done.borrow();
        assert!(
            is_explained(&self.start, &done, &end),
            "no order leads from {:?} to {end:?}: {done:?}",
            self.start
        );
        model::note("the final check appends and pops");
        assert_eq!(ok(shared.list.append(&9)), end.0.len(), "the next place");
        assert_eq!(shared.list.len(), end.0.len() + 1, "counted right");
        for value in end.0.iter().chain([&9]).rev() {
            assert_eq!(ok(shared.list.pop()), Some(*value), "the last comes first");
        }
        assert_eq!(ok(shared.list.pop()), None);
    }
}

impl Shared {
    fn answer(&self, op: Op) -> Answer {
        match op {
            Op::Append(value) => Some(ok(self.list.append(&value))),
            Op::Get(place) => self.list.get(place).expect("reads").map(usize::from),
            Op::Set(place, value) => Some(usize::from(ok(self.list.set(place, &value)))),
            Op::Pop => ok(self.list.pop()).map(usize::from),
        }
    }
}

fn ok<T>(result: Result<T, DictWriteError>) -> T {
    result.expect("there is room, and nobody is in the way for ever")
}

fn models() -> Vec<Named<ListModel>> {
    use Op::{Append, Get, Pop, Set};
    let named = |property, bound, start: &[u8], programs: &[(&'static str, &[Op])]| {
        let programs = programs.iter().map(|(name, ops)| (*name, ops.to_vec())).collect();
        Named::new(property, bound, ListModel { programs, start: Values(start.to_vec()) })
    };
    vec![
        named(
            "two append, each at a place of its own",
            2,
            &[],
            &[("append", &[Append(1)]), ("append and read", &[Append(2), Get(0), Get(1)])],
        ),
        named(
            "append and pop while the table moves",
            1,
            &[5],
            &[("append", &[Append(1), Append(2)]), ("pop and read", &[Pop, Get(0)])],
        ),
        named("set what another pops", 2, &[5, 6], &[("set", &[Set(1, 7)]), ("pop", &[Pop])]),
        named(
            "two append, any two crashes",
            1,
            &[],
            &[("append", &[Append(1)]), ("append", &[Append(2)])],
        )
        .crashes(2),
        named(
            "append, pop and read, any one crash",
            0,
            &[5],
            &[("append", &[Append(1)]), ("pop", &[Pop]), ("read", &[Get(0), Get(1)])],
        )
        .crashes(1),
    ]
}

/// All checks of the list.
#[must_use]
pub fn checks(level: Level) -> Vec<Check> {
    let check = |named: Named<ListModel>| {
        let size = format!("{} participants, 2 halves of 16 words", named.model.programs.len());
        named.check("list", size, "load buffering, more participants, longer lists", level)
    };
    models().into_iter().map(check).collect()
}
