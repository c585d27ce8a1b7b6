//! The model kernel against the real one: the same scripts, the same to be seen after each step.
//!
//! Among waiters of one priority the real kernel wakes in the order in which they fell asleep
//! (real-time threads come first, by priority); the model knows that order only.

#[path = "kernel_conformance/machine.rs"]
mod machine;
#[path = "kernel_conformance/model.rs"]
mod model;
#[path = "kernel_conformance/participant.rs"]
mod participant;
#[path = "kernel_conformance/script.rs"]
mod script;

use std::process::ExitCode;

use forkstep_checks::watchdog::trial;
use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence, TestRunner};

use machine::Machine;
use script::{Act, Draft, Owner, PARTICIPANTS, Reply, Rules, Value, drafts};

/// How many random scripts a run draws.
const SCRIPTS: u32 = 1000;
/// Seeds of failures, under version control.
const SEEDS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/kernel_conformance/regressions.txt");

fn main() -> ExitCode {
    forkstep_checks::watchdog::run(vec![
        trial("random_scripts", random_scripts),
        trial("dead_owners", dead_owners),
        trial("deaths_with_a_pending_entry", deaths_with_a_pending_entry),
        trial("wakes_are_fifo", wakes_are_fifo),
    ])
}

/// Runs a script on both kernels; says where they part.
fn compare(drafts: &[Draft]) -> Result<Vec<[Option<Reply>; PARTICIPANTS]>, String> {
    let mut machine = Machine::new();
    let mut rules = Rules::default();
    let mut now = machine.seen([None; PARTICIPANTS]);
    let (mut steps, mut real) = (Vec::new(), Vec::new());
    for draft in drafts {
        let Some(step) = rules.admit(*draft, &now) else { continue };
        now = machine.take(step);
        steps.push(step);
        real.push(now.clone());
    }
    drop(machine);
    let modelled = model::take_all(&steps);
    for (at, (real, modelled)) in real.iter().zip(&modelled).enumerate() {
        if modelled.as_ref() != Some(real) {
            let steps = &steps[..=at];
            return Err(format!("after {steps:?}\nreal: {real:?}\nmodel: {modelled:?}"));
        }
    }
    Ok(real.into_iter().map(|seen| seen.replies).collect())
}

fn random_scripts() {
    let failure_persistence = Some(Box::new(FileFailurePersistence::Direct(SEEDS)) as _);
    let config = Config { cases: SCRIPTS, failure_persistence, ..Config::default() };
    let outcome = TestRunner::new(config)
        .run(&drafts(), |drafts| compare(&drafts).map(drop).map_err(TestCaseError::fail));
    outcome.unwrap();
}

/// Runs a script whose waits expect what is there; returns the answers, step by step.
fn both(script: &[(usize, Act)]) -> Vec<[Option<Reply>; PARTICIPANTS]> {
    let draft = |&(by, act)| Draft { by, act, expects_truth: true };
    let drafts: Vec<_> = script.iter().map(draft).collect();
    compare(&drafts).unwrap_or_else(|difference| panic!("{difference}"))
}

const FREE: Value = Value { owner: Owner::Nobody, waiters: false, owner_died: false };

/// All values that the word may have when participant 0 dies.
fn values() -> Vec<Value> {
    let owners = [Owner::Nobody, Owner::Participant(0), Owner::Participant(1), Owner::Stranger];
    let bits = [(false, false), (false, true), (true, false), (true, true)];
    let value = |owner| move |(waiters, owner_died)| Value { owner, waiters, owner_died };
    owners.into_iter().flat_map(|owner| bits.map(value(owner))).collect()
}

/// Two sleep on the word, whatever it holds; then participant 0 dies after `steps`.
fn die_after(steps: &[Act]) {
    for value in values() {
        let mut script: Vec<_> = steps.iter().map(|act| (0, *act)).collect();
        script.push((0, Act::Store(0, value)));
        let wait = Act::Wait { word: 0, expected: FREE };
        script.extend([(2, wait), (1, wait), (0, Act::Die)]);
        both(&script);
    }
}

fn dead_owners() {
    die_after(&[]);
    die_after(&[Act::Link(0)]);
    die_after(&[Act::Link(0), Act::Link(1), Act::Unlink(0)]);
    die_after(&[Act::Link(0), Act::Link(1), Act::Unlink(1)]);
}

fn deaths_with_a_pending_entry() {
    die_after(&[Act::Begin(0)]);
    die_after(&[Act::Begin(1)]);
    die_after(&[Act::Begin(0), Act::Link(0)]);
    die_after(&[Act::Begin(0), Act::Link(0), Act::End]);
    die_after(&[Act::Link(0), Act::Begin(0), Act::Unlink(0)]);
    die_after(&[Act::Link(1), Act::Link(0), Act::Begin(1)]);
}

fn wakes_are_fifo() {
    let wait = Act::Wait { word: 0, expected: FREE };
    for (first, second) in [(1, 2), (2, 1)] {
        let wake = (0, Act::WakeOne(0));
        let replies = both(&[(first, wait), (second, wait), wake, wake, wake]);
        for (step, who) in [(2, first), (3, second)] {
            assert_eq!(replies[step][0], Some(Reply::Woke(1)));
            assert_eq!(replies[step][who], Some(Reply::Woken), "step {step}");
        }
        assert_eq!(replies[4][0], Some(Reply::Woke(0)));
    }
}
