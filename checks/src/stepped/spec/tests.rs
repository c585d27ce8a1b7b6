//! Known answers.

use serde::{Deserialize, Serialize};

use super::{SequentialSpec, judge};
use crate::stepped::{Call, History};

/// A box for one number: a put waits until it is empty, a get until it is full, a look never. The
/// owner of the number is who put it, and it goes with its owner.
struct Cell;

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Ask {
    Put(u8),
    Get,
    Look,
}

/// The number, if the operation answers one.
type Answer = Option<u8>;

impl SequentialSpec for Cell {
    type State = Option<(usize, u8)>;
    type Operation = Ask;
    type Answer = Answer;

    fn start(&self) -> Self::State {
        None
    }

    fn apply(
        &self,
        state: &Self::State,
        participant: usize,
        operation: &Ask,
    ) -> Vec<(Self::State, Answer)> {
        match (operation, *state) {
            (Ask::Put(number), None) => vec![(Some((participant, *number)), None)],
            (Ask::Get, Some((_, number))) => vec![(None, Some(number))],
            (Ask::Put(_), Some(_)) | (Ask::Get, None) => vec![],
            (Ask::Look, there) => vec![(there, there.map(|(_, number)| number))],
        }
    }

    fn died(&self, state: &Self::State, participant: usize) -> Self::State {
        state.filter(|(owner, _)| *owner != participant)
    }
}

fn encode(what: &impl Serialize) -> Vec<u8> {
    postcard::to_allocvec(what).expect("small")
}

fn call(participant: usize, from: u64, to: u64, ask: Ask, answer: Answer) -> Call {
    Call {
        participant,
        operation: format!("{ask:?}"),
        answer: Some(format!("{answer:?}")),
        invocation: from,
        response: to,
        encoded: encode(&ask),
        encoded_answer: Some(encode(&answer)),
    }
}

/// One without an answer: its participant died at `to`.
fn pending(participant: usize, from: u64, to: u64, ask: Ask) -> Call {
    let call = call(participant, from, to, ask, None);
    Call { answer: None, encoded_answer: None, ..call }
}

fn judged(calls: &[Call], deaths: &[Option<u64>]) -> Result<(), String> {
    judge(&Cell, &History { calls: calls.to_vec(), deaths: deaths.to_vec() })
}

fn is_right(calls: &[Call], deaths: &[Option<u64>]) -> bool {
    judged(calls, deaths).is_ok()
}

#[test]
fn what_can_be_put_in_order_is_right() {
    assert!(is_right(&[], &[]));
    let (put, get) = (call(0, 1, 2, Ask::Put(7), None), call(1, 3, 4, Ask::Get, Some(7)));
    assert!(is_right(&[put.clone(), get.clone()], &[]));
    // Overlapping operations may come in either order.
    assert!(is_right(&[call(1, 1, 9, Ask::Get, Some(7)), call(0, 2, 3, Ask::Put(7), None)], &[]));
    assert!(is_right(&[put.clone(), call(1, 2, 3, Ask::Look, None)], &[]), "at the same step");
    assert!(is_right(&[put, get, call(0, 5, 6, Ask::Put(8), None)], &[]));
}

#[test]
fn what_cannot_is_wrong() {
    let put = call(0, 1, 2, Ask::Put(7), None);
    assert!(!is_right(&[put.clone(), call(1, 3, 4, Ask::Get, Some(8))], &[]), "another number");
    assert!(!is_right(&[put.clone(), call(1, 3, 4, Ask::Look, None)], &[]), "too late to miss it");
    assert!(!is_right(&[call(1, 1, 2, Ask::Get, Some(7)), call(0, 3, 4, Ask::Put(7), None)], &[]));
    let twice = [put, call(1, 3, 4, Ask::Get, Some(7)), call(2, 3, 9, Ask::Get, Some(7))];
    assert!(!is_right(&twice, &[]), "got twice");
}

#[test]
fn what_waits_has_not_happened() {
    // Two puts have returned, with nobody who makes room between them.
    let puts = [call(0, 1, 2, Ask::Put(7), None), call(1, 1, 4, Ask::Put(8), None)];
    assert!(!is_right(&puts, &[]));
    let get = |from, to| call(2, from, to, Ask::Get, Some(7));
    assert!(is_right(&[puts[0].clone(), puts[1].clone(), get(3, 4)], &[]));
    assert!(!is_right(&[puts[0].clone(), puts[1].clone(), get(5, 6)], &[]));
}

#[test]
fn what_its_participant_died_in_happened_before_or_never() {
    let put = pending(1, 1, 5, Ask::Put(7));
    let deaths = [None, Some(5)];
    assert!(is_right(&[put.clone(), call(0, 2, 4, Ask::Get, Some(7))], &deaths));
    assert!(is_right(&[put.clone(), call(0, 2, 4, Ask::Look, None)], &deaths));
    let late = call(0, 6, 7, Ask::Get, Some(7));
    assert!(!is_right(&[put.clone(), late.clone()], &deaths), "it went with its owner");
    // Strictly: it does not happen after its participant's death.
    assert!(!is_right(
        &[put, call(0, 6, 7, Ask::Look, None), call(0, 8, 9, Ask::Get, Some(7))],
        &[]
    ));
    // A pending get took a number that somebody else had put, or did not.
    let stocked = [call(0, 1, 2, Ask::Put(7), None), pending(1, 3, 5, Ask::Get)];
    for seen in [None, Some(7)] {
        let look = call(0, 6, 7, Ask::Look, seen);
        assert!(is_right(&[stocked[0].clone(), stocked[1].clone(), look], &deaths));
    }
    let look = call(0, 6, 7, Ask::Look, Some(8));
    assert!(!is_right(&[stocked[0].clone(), stocked[1].clone(), look], &deaths));
}

#[test]
fn a_death_takes_effect_when_it_comes() {
    let put = call(1, 1, 2, Ask::Put(7), None);
    let look = |from, to, seen| call(0, from, to, Ask::Look, seen);
    let deaths = [None, Some(5)];
    assert!(is_right(&[put.clone(), look(3, 4, Some(7)), look(6, 7, None)], &deaths));
    assert!(!is_right(&[put.clone(), look(3, 4, None)], &deaths), "it was still there");
    assert!(!is_right(&[put.clone(), look(6, 7, Some(7))], &deaths), "it is gone");
    assert!(is_right(&[put.clone(), look(3, 7, Some(7))], &deaths));
    assert!(is_right(&[put, look(3, 7, None)], &deaths));
    // Who did nothing can die as well.
    assert!(is_right(&[look(6, 7, None)], &deaths));
}

#[test]
fn who_is_wrong_is_named() {
    let calls = [
        call(0, 1, 2, Ask::Put(7), None),
        call(1, 3, 4, Ask::Get, Some(8)),
        pending(2, 3, 9, Ask::Put(1)),
    ];
    let text = judged(&calls, &[None, None, Some(9)]).expect_err("another number");
    assert!(text.contains("P1's operation 0, from 3 to 4, Get answers Some(8)"), "{text}");
    assert!(text.contains("leaves Some((0, 7))"), "{text}");
}

#[test]
fn a_call_of_another_type_is_said_to_be_so() {
    let mut odd = call(0, 1, 2, Ask::Look, None);
    odd.encoded = vec![9];
    let text = judged(&[odd], &[]).expect_err("there is no ninth operation");
    assert!(text.contains("`Look` is no"), "{text}");
}
