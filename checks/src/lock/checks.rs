//! What `forkstep check lock` runs.

use super::models::{LockModel, Role};
use super::plans::{Planted, check_plans};
use crate::check::{Check, InModel, Level};
use crate::crash::Faults;

/// A lock model by name.
#[derive(Clone, Debug)]
pub struct Named {
    /// What it shows.
    pub property: &'static str,
    /// Who takes part.
    pub roles: Vec<Role>,
    /// The preemption bound of each level; `None`: without bound.
    pub preemptions: [Option<usize>; 2],
    /// What goes wrong in it.
    pub faults: Faults,
}

const CRASH: Faults =
    Faults { crashes: 1, interrupts: true, time_outs: false, needs_backstop: false };
const TWO_CRASHES: Faults = Faults { crashes: 2, interrupts: false, ..CRASH };

/// All lock models.
#[must_use]
pub fn models() -> Vec<Named> {
    use Role::{Acquire, AskOwner, GiveUp, Panic, Timeout, Try, Twice};
    let two = Some(2);
    vec![
        named(
            "two acquire: exclusion, no lost wake-up, any one crash",
            &[Acquire(1); 2],
            [None, None],
        ),
        Named {
            faults: TWO_CRASHES,
            ..named("two acquire, both crash: the repairer dies too", &[Acquire(1); 2], [two, None])
        },
        named("two acquire twice in turn, any one crash", &[Acquire(2); 2], [two, Some(4)]),
        named("three acquire, any one crash", &[Acquire(1); 3], [two, Some(3)]),
        Named {
            faults: TWO_CRASHES,
            ..named(
                "three acquire, two crash: the repairer dies too",
                &[Acquire(1); 3],
                [Some(1), two],
            )
        },
        Named {
            faults: Faults { needs_backstop: true, ..CRASH },
            ..named(
                "the woken waiter dies, a third barged in: one backstop",
                &[Acquire(2), Acquire(1), Acquire(1)],
                [two, Some(3)],
            )
        },
        named("try never waits, any one crash", &[Acquire(1), Try], [Some(3), None]),
        Named {
            faults: Faults { time_outs: true, ..CRASH },
            ..named(
                "a waiter that times out passes the wake on, any one crash",
                &[Acquire(1), Acquire(1), Timeout],
                [two, Some(3)],
            )
        },
        named(
            "acquiring twice is WouldDeadlock, any one crash",
            &[Acquire(1), Twice],
            [two, Some(4)],
        ),
        named("a panicking owner poisons, any one crash", &[Acquire(1), Panic], [two, Some(4)]),
        named("owner() names the owner, any one crash", &[Acquire(1), AskOwner], [two, None]),
        named("unrepaired is NotRecoverable for all, any one crash", &[GiveUp; 3], [two, Some(3)]),
    ]
}

/// A model in which any one participant crashes.
fn named(property: &'static str, roles: &[Role], preemptions: [Option<usize>; 2]) -> Named {
    Named { property, roles: roles.to_vec(), preemptions, faults: CRASH }
}

/// More executions than any model needs at its bound.
const GIVE_UP_AFTER: [usize; 2] = [2_000_000, 200_000_000];

/// All checks of the lock.
#[must_use]
pub fn all(level: Level) -> Vec<Check> {
    let mut checks: Vec<Check> = models().into_iter().map(|named| of_model(named, level)).collect();
    checks.push(on_processes(level));
    checks
}

fn of_model(named: Named, level: Level) -> Check {
    let check = InModel {
        subject: "lock",
        property: named.property,
        size: format!("{} participants", named.roles.len()),
        preemptions: named.preemptions[level as usize],
        executions: GIVE_UP_AFTER[level as usize],
        faults: named.faults,
        not_covered: "load buffering, more participants, spinning before the sleep",
    };
    check.of(LockModel(named.roles))
}

fn on_processes(level: Level) -> Check {
    let property = "random plans with kills: nothing torn, lost or stuck";
    Check::of_plans("lock", property, 4, level, |plans, seed, progress| {
        check_plans(plans, seed, Planted::Nothing, progress)
            .map(|checked| (checked.plans, checked.kills))
    })
}
