//! Both directions of a pipe: a question and its answer.

use std::cell::{Cell, RefCell};

use forkstep_model::pipe::{self, End, RecvError, SendError};
use forkstep_model::sys::model::Run;

use crate::ledger::{Item, Ledger, allow};
use crate::scenario::Scenario;

/// P0 asks once and leaves with the answer; P1 answers until P0 is gone.
#[derive(Clone, Copy, Debug)]
pub struct DuplexModel;

/// The two ends and what the harness knows of an execution.
#[derive(Debug)]
pub struct Shared {
    ends: RefCell<[Option<End<Item, Item>>; 2]>,
    /// The questions, and the answers.
    ledgers: [Ledger; 2],
    /// Whether P1 has learnt that P0 is gone.
    ended: Cell<bool>,
}

const GONE: [SendError; 1] = [SendError::PeerGone];
const EOF: [RecvError; 1] = [RecvError::Eof];

impl Scenario for DuplexModel {
    type Shared = Shared;

    fn roles(&self) -> Vec<&'static str> {
        vec!["ask", "answer"]
    }

    fn set_up(&self) -> Shared {
        // An item is two bytes, so a record takes 16.
        let (one, other) = pipe::duplex(16).expect("the model has memory");
        Shared {
            ends: RefCell::new([Some(one), Some(other)]),
            ledgers: [Ledger::new(2), Ledger::new(2)],
            ended: Cell::new(false),
        }
    }

    fn run(&self, me: usize, shared: &Shared) {
        let end = shared.ends.borrow_mut()[me].take().expect("each participant runs once");
        let [questions, answers] = &shared.ledgers;
        if me == 0 {
            let asked = allow(questions.send(me, 0, |item| end.send(item)), &GONE);
            if asked {
                allow(answers.receive(me, || end.recv()), &EOF);
            }
            return;
        }
        while allow(questions.receive(me, || end.recv()), &EOF) {
            allow(answers.send(me, 0, |item| end.send(item)), &GONE);
        }
        shared.ended.set(true);
    }

    fn judge(&self, shared: &Shared, run: &Run) {
        shared.ledgers.iter().for_each(Ledger::assert_in_order_and_once);
        let crashed = run.crashed.contains(&true);
        let ended = shared.ended.get();
        let left: usize = shared.ledgers.iter().map(Ledger::under_way).sum();
        assert!(crashed || (ended && left == 0), "{left} left, P1 knows that P0 is gone: {ended}");
        let lost = shared.ledgers[0].under_way();
        assert!(!ended || lost == 0, "end of file, and {lost} questions are left");
        let backstops = run.backstops.iter().copied().max().unwrap_or(0);
        assert!(backstops <= 2, "{backstops} backstops");
        assert!(crashed || backstops == 0, "{backstops} backstops without a death");
    }
}
