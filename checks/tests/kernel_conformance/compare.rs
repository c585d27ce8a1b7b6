//! Runs scripts on all kernels, and says where they part.

use std::cell::RefCell;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence, TestRunner};

use crate::drafts::{Draft, For, Rules, drafts};
use crate::machine::Machine;
use crate::model;
use crate::script::{Act, PARTICIPANTS, Reply, Seen, Step};
#[cfg(target_arch = "x86_64")]
use crate::{emulation::Emulation, tally::Tally};

/// How many random scripts a run draws.
const SCRIPTS: u32 = 1000;
/// Seeds of failures, under version control.
const SEEDS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/kernel_conformance/regressions.txt");
/// How long a wait with a time limit lasts: longer if the other steps take longer.
const LIMITS: [u64; 4] = [3, 50, 1_000, 20_000];

type Replies = [Option<Reply>; PARTICIPANTS];

/// What a comparison brings.
pub(crate) struct Compared {
    pub(crate) replies: Vec<Replies>,
    #[cfg(target_arch = "x86_64")]
    pub(crate) tally: Tally,
}

/// Runs a script; says where the kernels part.
pub(crate) fn compare(drafts: &[Draft], kind: For) -> Result<Compared, String> {
    let limits = LIMITS.map(Duration::from_millis);
    let run = limits.into_iter().find_map(|limit| run_real(drafts, kind, limit));
    let (steps, real) = run.ok_or("a time limit of twenty seconds is over too early")?;
    if kind == For::All {
        let modelled = model::take_all(&steps);
        same("model", &steps, &real, |at| modelled[at].clone())?;
    }
    #[cfg(target_arch = "x86_64")]
    let tally = {
        let mut emulation = Emulation::new();
        let emulated: Vec<_> = steps.iter().map(|step| emulation.take(*step)).collect();
        same("emulation", &steps, &real, |at| Some(emulated[at].clone()))?;
        emulation.tally.scripts = 1;
        emulation.tally.steps = steps.len();
        emulation.tally
    };
    Ok(Compared {
        replies: real.into_iter().map(|seen| seen.replies).collect(),
        #[cfg(target_arch = "x86_64")]
        tally,
    })
}

/// Takes the steps that can be taken; `None` if a wait has ended by its time limit before its time
/// had come.
fn run_real(drafts: &[Draft], kind: For, limit: Duration) -> Option<(Vec<Step>, Vec<Seen>)> {
    let mut machine = Machine::new(limit);
    let mut rules = Rules::default();
    let mut now = machine.seen([None; PARTICIPANTS]);
    let (mut steps, mut real) = (Vec::new(), Vec::new());
    for draft in drafts {
        let Some(step) = rules.admit(*draft, &now, kind) else { continue };
        now = machine.take(step);
        if step.act != Act::Pass && now.replies.contains(&Some(Reply::TimedOut)) {
            return None;
        }
        steps.push(step);
        real.push(now.clone());
    }
    Some((steps, real))
}

fn same(
    name: &str,
    steps: &[Step],
    real: &[Seen],
    other: impl Fn(usize) -> Option<Seen>,
) -> Result<(), String> {
    let differs = |at: &usize| other(*at).as_ref() != Some(&real[*at]);
    let Some(at) = (0..steps.len()).find(differs) else { return Ok(()) };
    let (steps, real, other) = (&steps[..=at], &real[at], other(at));
    Err(format!("after {steps:?}\nreal: {real:?}\n{name}: {other:?}"))
}

/// Compares as many scripts as a run draws, and expects that they reach all there is.
pub(crate) fn random_scripts(kind: For) {
    let failure_persistence = Some(Box::new(FileFailurePersistence::Direct(SEEDS)) as _);
    let config = Config { cases: SCRIPTS, failure_persistence, ..Config::default() };
    #[cfg(target_arch = "x86_64")]
    let all = RefCell::new(Tally::default());
    let outcome = TestRunner::new(config).run(&drafts(kind), |drafts| {
        let compared = compare(&drafts, kind).map_err(TestCaseError::fail)?;
        #[cfg(target_arch = "x86_64")]
        {
            *all.borrow_mut() += compared.tally;
        }
        Ok(())
    });
    outcome.unwrap();
    #[cfg(target_arch = "x86_64")]
    all.into_inner().expect_all_kinds(kind);
}

/// Runs a script whose waits expect what is there; returns the answers, step by step.
pub(crate) fn both(script: &[(usize, Act)]) -> Vec<Replies> {
    run(script, For::All).replies
}

/// As [`both`], for the kernels that `kind` says.
pub(crate) fn run(script: &[(usize, Act)], kind: For) -> Compared {
    let draft = |&(by, act)| Draft { by, act, expects_truth: true };
    let drafts: Vec<_> = script.iter().map(draft).collect();
    compare(&drafts, kind).unwrap_or_else(|difference| panic!("{difference}"))
}
