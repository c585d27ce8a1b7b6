//! What `forkstep check queue` runs.

use super::models::{QueueModel, Role};
use super::plans::{FULL, QUICK, SEED, check_plans};
use crate::check::{Check, InModel, Level};
use crate::crash::Faults;

/// A queue model by name.
#[derive(Clone, Debug)]
struct Named {
    property: &'static str,
    roles: Vec<Role>,
    capacity: usize,
    room: usize,
    prefilled: u8,
    /// The preemption bound of each level.
    preemptions: [Option<usize>; 2],
    faults: Faults,
}

const CRASH: Faults =
    Faults { crashes: 1, interrupts: true, time_outs: false, needs_backstop: false };
const NO_CRASH: Faults = Faults { crashes: 0, ..CRASH };

fn named(property: &'static str, roles: &[Role], capacity: usize) -> Named {
    let preemptions = [Some(2), Some(3)];
    let roles = roles.to_vec();
    let (room, prefilled, faults) = (capacity, 0, NO_CRASH);
    Named { property, roles, capacity, room, prefilled, preemptions, faults }
}

fn models() -> Vec<Named> {
    use Role::{
        Close, Drain, Get, GetPatiently, GetTimeout, Len, Put, PutPatiently, PutTimeout,
        PutUntilClosed, TryGet, TryPut,
    };
    let crash = |named| Named { faults: CRASH, ..named };
    let time_outs = |named| Named { faults: Faults { time_outs: true, ..NO_CRASH }, ..named };
    let at = |bound, named| Named { preemptions: [Some(bound), Some(bound + 1)], ..named };
    vec![
        crash(named("put and get, any one crash", &[PutPatiently(1), GetPatiently(1)], 1)),
        at(1, named("put and get twice: FIFO, exactly once", &[Put(2), Get(2)], 1)),
        at(
            1,
            crash(named(
                "put and get twice on a ring of two, any one crash",
                &[PutPatiently(2), GetPatiently(2)],
                2,
            )),
        ),
        at(
            1,
            crash(named(
                "a full ring of one, any one crash",
                &[PutPatiently(2), GetPatiently(2)],
                1,
            )),
        ),
        at(1, named("two producers, one consumer", &[Put(1), Put(1), Get(2)], 1)),
        at(0, named("one producer, two consumers", &[Put(2), Get(1), Get(1)], 1)),
        at(
            0,
            crash(named(
                "one producer, two consumers, any one crash",
                &[PutPatiently(2), GetPatiently(1), GetPatiently(1)],
                1,
            )),
        ),
        Named {
            capacity: 3,
            room: 2,
            prefilled: 2,
            ..named("bytes run out before items, while two are got", &[Put(1), Get(2)], 3)
        },
        named("tries never wait", &[TryPut, TryGet], 1),
        at(1, time_outs(named("a get that times out", &[Put(1), GetTimeout], 1))),
        at(0, time_outs(named("puts that time out", &[PutTimeout, PutTimeout, Get(1)], 1))),
        at(0, named("close while a consumer waits", &[PutUntilClosed, Drain, Close], 2)),
        at(1, named("close while a producer waits", &[PutUntilClosed, Close], 1)),
        at(1, named("the length is never out of range", &[Put(1), Get(1), Len], 1)),
    ]
}

/// All checks of the queue.
#[must_use]
pub fn all(level: Level) -> Vec<Check> {
    let mut checks: Vec<Check> = models().into_iter().map(|named| of_model(named, level)).collect();
    checks.push(on_processes(level));
    checks
}

fn on_processes(level: Level) -> Check {
    let plans = [QUICK, FULL][level as usize];
    let bound = format!("{plans} random plans of 2 to 6 processes, seed {SEED:#x}");
    let property = "random plans with kills: none lost, none twice, nothing stuck";
    Check::of_plans("queue", property, bound, move |progress| {
        check_plans(plans, SEED, progress).map(|checked| (checked.plans, checked.kills))
    })
}

/// More executions than any model needs at its bound.
const GIVE_UP_AFTER: [usize; 2] = [400_000, 200_000_000];

fn of_model(named: Named, level: Level) -> Check {
    let Named { roles, capacity, room, prefilled, .. } = named;
    let check = InModel {
        subject: "queue",
        property: named.property,
        size: format!("{} participants, {capacity} items", roles.len()),
        preemptions: named.preemptions[level as usize],
        executions: GIVE_UP_AFTER[level as usize],
        faults: named.faults,
        not_covered: "load buffering, more participants, longer items",
    };
    check.of(QueueModel { roles, capacity, room, prefilled })
}
