//! Two engines on one program: loom's model of the lock, which knows weak memory and kills at
//! every shared step, and stepped processes, which run the shipped code and are killed at every
//! point. What one of them can make of the program, the other one can, too, but for a single named
//! difference.

#![allow(unsafe_code, reason = "reads and writes plain shared memory, as users of a lock do")]

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use forkstep::atomic::{AtomicU32, Ordering::Relaxed};
use forkstep::{Offset, Region};
use forkstep_checks::backend::model::Bounds;
use forkstep_checks::crash::{Faults, check};
use forkstep_checks::scenario::Scenario as Modelled;
use forkstep_checks::stepped::{
    Explorer, History, Limits, Log, Machine, Outcome as Explored, Scenario, Sight,
};
use forkstep_checks::watchdog::trial;
use forkstep_model::sys::model::Run;
use libtest_mimic::Trial;
use serde::{Deserialize, Serialize};

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("loom_and_stepping_agree_on_the_lock", both_agree)]
}

/// How far a participant came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Reached {
    /// It died before it knew that it has the lock.
    #[default]
    Nothing,
    /// It died after it had the lock, before it knew that it had added.
    In(Found),
    /// It died after it had added, before it knew that the lock is released.
    Added(Found, u32),
    /// It came to its end.
    Left(Found, u32),
}

/// How the lock was when it was acquired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Found {
    Free,
    OwnerDied,
}

/// How an execution ended: both participants, and how the lock and the number are found then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Outcome {
    participants: [Reached; 2],
    last: (Found, u32),
}

fn both_agree() {
    let (stepped, modelled) = (stepped(), modelled());
    let unsaid: BTreeSet<_> = modelled.iter().filter_map(Outcome::unsaid).collect();
    assert!(unsaid.is_disjoint(&modelled), "loom does not kill there: {unsaid:?}");
    let explained: BTreeSet<_> = modelled.union(&unsaid).copied().collect();
    println!("{} outcomes, {} of them unsaid: {stepped:?}", stepped.len(), unsaid.len());
    let only = |of: &BTreeSet<Outcome>, other| of.difference(other).copied().collect::<Vec<_>>();
    assert_eq!(only(&explained, &stepped), [], "stepping does not find them");
    assert_eq!(only(&stepped, &explained), [], "only stepping finds them");
}

impl Outcome {
    /// The one difference: loom kills in front of shared steps only, and stepping also behind a
    /// write, so that one who has added dies before it can say so. It holds the lock then.
    fn unsaid(&self) -> Option<Self> {
        let unsaid = |reached| match reached {
            Reached::Added(found, _) => Reached::In(found),
            other => other,
        };
        let outcome = Self { participants: self.participants.map(unsaid), ..*self };
        (outcome != *self && self.is_told_of_a_death()).then_some(outcome)
    }

    /// Whether somebody was told that the owner died.
    fn is_told_of_a_death(&self) -> bool {
        let told = |reached: &Reached| match reached {
            Reached::Nothing => false,
            Reached::In(found) | Reached::Added(found, _) | Reached::Left(found, _) => {
                *found == Found::OwnerDied
            }
        };
        self.last.0 == Found::OwnerDied || self.participants.iter().any(told)
    }
}

/// The program in loom's model.
#[derive(Default)]
struct InModel {
    outcomes: Mutex<BTreeSet<Outcome>>,
}

/// What its participants share; `reached` is no object of loom's, so it orders nothing.
struct ModelShared {
    lock: forkstep_model::Lock,
    number: forkstep_model::cell::UnsafeCell<u32>,
    reached: [Cell<Reached>; 2],
}

impl ModelShared {
    fn enter(&self) -> (forkstep_model::Guard<'_>, Found) {
        match self.lock.acquire() {
            Ok(guard) => (guard, Found::Free),
            Err(forkstep_model::AcquireError::OwnerDied(guard)) => {
                (guard.mark_consistent(), Found::OwnerDied)
            }
            Err(error) => panic!("acquire: {error}"),
        }
    }

    fn number(&self) -> u32 {
        // SAFETY: the caller holds the lock, and loom would report a race.
        self.number.with(|number| unsafe { *number })
    }

    fn set(&self, new: u32) {
        // SAFETY: as for `number`.
        self.number.with_mut(|number| unsafe { *number = new });
    }
}

impl Modelled for InModel {
    type Shared = ModelShared;

    fn roles(&self) -> Vec<&'static str> {
        // Of two roles, so that each of them dies.
        vec!["first", "second"]
    }

    fn set_up(&self) -> ModelShared {
        ModelShared {
            lock: forkstep_model::Lock::new().expect("the model has memory"),
            number: forkstep_model::cell::UnsafeCell::named(0, "number"),
            reached: Default::default(),
        }
    }

    fn run(&self, me: usize, shared: &ModelShared) {
        let reached = &shared.reached[me];
        let (guard, found) = shared.enter();
        reached.set(Reached::In(found));
        let number = shared.number() + 1;
        shared.set(number);
        reached.set(Reached::Added(found, number));
        drop(guard);
        reached.set(Reached::Left(found, number));
    }

    fn judge(&self, shared: &ModelShared, _: &Run) {
        let (guard, found) = shared.enter();
        let last = (found, shared.number());
        drop(guard);
        let participants = [0, 1].map(|me| shared.reached[me].get());
        self.outcomes.lock().expect("one thread").insert(Outcome { participants, last });
    }
}

/// Every outcome that loom finds, with any one death. More preemptions add none, and time.
fn modelled() -> BTreeSet<Outcome> {
    let program = Arc::new(InModel::default());
    let faults = Faults { crashes: 1, ..Faults::default() };
    let bounds = Bounds { preemptions: Some(3), executions: 1_000_000 };
    let checked = check(&program, faults, bounds, &mut |_| ()).expect("nothing is wrong");
    println!("loom: {checked:?}");
    assert_eq!(checked.crash_points, checked.shared_steps, "each of them died at each step");
    let outcomes = program.outcomes.lock().expect("one thread");
    outcomes.clone()
}

/// The program as processes run it.
struct Shared {
    lock: forkstep::Lock,
    region: Region,
    number: Offset<AtomicU32>,
}

impl Shared {
    fn new() -> Self {
        let region = Region::anonymous(size_of::<AtomicU32>()).expect("there is memory");
        let number = region.place(AtomicU32::new(0)).expect("the region is made for it");
        Self { lock: forkstep::Lock::new().expect("there is memory"), region, number }
    }

    fn enter(&self) -> (forkstep::Guard<'_>, Found) {
        match self.lock.acquire() {
            Ok(guard) => (guard, Found::Free),
            Err(forkstep::AcquireError::OwnerDied(guard)) => {
                (guard.mark_consistent(), Found::OwnerDied)
            }
            Err(error) => panic!("acquire: {error}"),
        }
    }

    fn number(&self) -> &AtomicU32 {
        self.region.get(self.number).expect("it was placed there")
    }

    /// Adds so much, which is nothing for who only looks.
    fn visit(&self, log: &Log<'_>, more: u32) {
        let mut guard = None;
        log.call("enter", || {
            let (held, found) = self.enter();
            guard = Some(held);
            found
        });
        log.call("add", || {
            let number = self.number().load(Relaxed) + more;
            if more > 0 {
                self.number().store(number, Relaxed);
            }
            number
        });
        log.call("leave", || drop(guard));
    }
}

/// Every outcome that stepping finds, with any one death.
fn stepped() -> BTreeSet<Outcome> {
    let scenario = Scenario::builder("agreement", Shared::new)
        .participant("first", |shared, log| shared.visit(log, 1))
        .participant("second", |shared, log| shared.visit(log, 1))
        .afterwards(|shared, log| shared.visit(log, 0))
        .build();
    let limits = Limits { preemptions: None, crashes: 1, ..Limits::default() };
    let mut machine = Machine::new(&scenario).expect("a machine");
    let mut explorer = Explorer::new(&mut machine, limits);
    let mut outcomes = BTreeSet::new();
    let explored = explorer.run(&mut |sight| {
        if let Sight::Leaf(machine) = sight {
            outcomes.insert(outcome(&machine.history()).expect("a history of this program"));
        }
    });
    println!("stepped: {:?}", explorer.figures());
    assert_eq!(explored, Ok(Explored::Holds));
    outcomes
}

fn outcome(history: &History) -> Result<Outcome, String> {
    let last = match reached(history, 2)? {
        Reached::Left(found, number) => (found, number),
        other => return Err(format!("nobody kills who looks last: {other:?}")),
    };
    Ok(Outcome { participants: [reached(history, 0)?, reached(history, 1)?], last })
}

fn reached(history: &History, participant: usize) -> Result<Reached, String> {
    let mut reached = Reached::Nothing;
    for call in history.calls.iter().filter(|call| call.participant == participant) {
        reached = match reached {
            Reached::Nothing => call.answered()?.map_or(reached, Reached::In),
            Reached::In(found) => {
                call.answered()?.map_or(reached, |number| Reached::Added(found, number))
            }
            Reached::Added(found, number) => {
                call.answered()?.map_or(reached, |()| Reached::Left(found, number))
            }
            Reached::Left(..) => return Err(format!("{call:?} comes after the end")),
        };
    }
    Ok(reached)
}
