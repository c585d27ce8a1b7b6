//! The scenarios, run in one process, one participant after the other: that is right in each of
//! them, and the judge of each can tell it from what is wrong.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::litmus::{independent, outcome, programs, scenario};
use super::{classics, scenarios};
use crate::stepped::journal::{Entry, Journal, Kind};
use crate::stepped::scenario::{Expect, Scenario};
use crate::stepped::{Call, History};

/// What each participant, and what runs afterwards, has said.
type Lanes = Vec<Vec<Entry>>;

/// Runs the participants one after the other, but for one perhaps.
fn run(scenario: &Scenario, left_out: Option<usize>) -> Lanes {
    let lanes = scenario.lanes();
    let journal = Journal::new(lanes).expect("there is memory");
    let stage = Rc::clone(&scenario.play).set_up();
    for lane in (0..lanes).filter(|lane| Some(*lane) != left_out) {
        stage.run(lane, &journal.log(lane));
    }
    (0..lanes).map(|lane| journal.entries(lane, 0)).collect()
}

/// The operations as if each had taken place at a time of its own.
fn history(lanes: &Lanes) -> History {
    let mut history = History { calls: Vec::new(), deaths: vec![None; lanes.len()] };
    let mut now = 0;
    for (participant, entry) in
        lanes.iter().enumerate().flat_map(|(at, l)| l.iter().map(move |e| (at, e)))
    {
        now += 1;
        let Entry { kind, encoded, text } = entry.clone();
        match (kind, history.calls.last_mut()) {
            (Kind::Invocation, _) => history.calls.push(Call {
                participant,
                operation: text,
                answer: None,
                invocation: now,
                response: u64::MAX,
                encoded,
                encoded_answer: None,
            }),
            (Kind::Response, Some(call)) => {
                (call.answer, call.encoded_answer) = (Some(text), Some(encoded));
                call.response = now;
            }
            _ => {}
        }
    }
    history
}

fn failures(lanes: &Lanes) -> Vec<&str> {
    let failures = lanes.iter().flatten().filter(|entry| entry.kind == Kind::Failure);
    failures.map(|entry| entry.text.as_str()).collect()
}

fn judged(scenario: &Scenario, history: &History) -> Result<(), String> {
    scenario.judge.as_ref().map_or(Ok(()), |judge| judge(history))
}

fn all() -> Vec<Scenario> {
    let litmus = programs().into_iter().map(scenario);
    scenarios().into_iter().chain(litmus).chain([independent(3)]).collect()
}

#[test]
fn one_participant_after_the_other_is_right() {
    // The others wait for those that come later.
    let waits = ["litmus-futex-ping-pong"];
    for scenario in all().iter().filter(|scenario| !waits.contains(&scenario.name())) {
        // Whoever waits here has to be the last one; what waits was put there before.
        let lanes = run(scenario, None);
        assert_eq!(failures(&lanes), [""; 0], "{scenario:?}");
        assert_eq!(judged(scenario, &history(&lanes)), Ok(()), "{scenario:?}");
        let participants = &lanes[..scenario.roles().len()];
        let operations = participants.iter().flatten().filter(|e| e.kind == Kind::Invocation);
        assert_eq!(operations.count(), scenario.operations(), "{scenario:?}");
    }
}

/// The judge has to notice what a participant says and has not done.
#[test]
fn operations_that_did_not_take_place_are_found_out() {
    for scenario in scenarios().iter().filter(|scenario| scenario.judge.is_some()) {
        let truth = run(scenario, None);
        let found_out = (0..scenario.roles().len()).any(|liar| {
            let mut lanes = run(scenario, Some(liar));
            lanes[liar].clone_from(&truth[liar]);
            judged(scenario, &history(&lanes)).is_err()
        });
        assert!(found_out, "{scenario:?} is judged right whatever its participants say");
    }
}

#[test]
fn an_answer_that_is_not_that_of_the_operation_is_found_out() {
    for scenario in scenarios().iter().filter(|scenario| scenario.judge.is_some()) {
        let truth = history(&run(scenario, None));
        let answers: BTreeSet<_> =
            truth.calls.iter().filter_map(|call| call.encoded_answer.clone()).collect();
        for at in 0..truth.calls.len() {
            let is_wrong = |answer: &&Vec<u8>| {
                let mut history = truth.clone();
                history.calls[at].encoded_answer = Some((*answer).clone());
                judged(scenario, &history).is_err()
            };
            let wrong = answers.iter().filter(is_wrong).count();
            let call = &truth.calls[at];
            assert_eq!(wrong, answers.len() - 1, "{scenario:?}: {call:?}");
        }
    }
}

#[test]
fn names_are_unique_and_in_kebab_case() {
    let all = all();
    let names: BTreeSet<_> = all.iter().map(Scenario::name).collect();
    assert_eq!(names.len(), all.len());
    let is_kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    assert!(names.iter().all(|name| name.chars().all(is_kebab)), "{names:?}");
    assert!(all.iter().all(|scenario| !scenario.shows().is_empty()));
}

#[test]
fn every_bug_is_expected_to_be_found_and_its_mended_version_not() {
    let classics = classics();
    assert_eq!(classics.len(), 10);
    for classic in &classics {
        assert_eq!(classic.bug.expect(), Expect::Fails, "{classic:?}");
        assert_eq!(classic.mended.expect(), Expect::Holds, "{classic:?}");
        assert_eq!(classic.bug.roles(), classic.mended.roles());
        assert_eq!(format!("{}-mended", classic.bug.name()), classic.mended.name());
    }
    let fail = |scenario: &&Scenario| scenario.expect() == Expect::Fails;
    let failing = scenarios().iter().filter(fail).count();
    assert_eq!(failing, classics.len() + 1, "the naive sale of tickets fails as well");
}

#[test]
fn an_outcome_that_is_not_sequential_is_found_out() {
    for litmus in programs().into_iter().filter(|litmus| litmus.name != "futex ping-pong") {
        let scenario = scenario(litmus);
        let mut history = history(&run(&scenario, None));
        let found = outcome(&history).expect("all have ended");
        assert!(litmus.sequential.contains(&found.as_slice()), "{}: {found:?}", litmus.name);
        let odd = postcard::to_allocvec(&vec![77_u64]).expect("small");
        history.calls[0].encoded_answer = Some(odd);
        assert!(judged(&scenario, &history).is_err(), "{}", litmus.name);
        history.calls[0].encoded_answer = None;
        assert!(outcome(&history).is_err(), "a thread that has not ended");
    }
}
