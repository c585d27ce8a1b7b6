//! What `forkstep check pipe` runs.

use super::duplex::DuplexModel;
use super::models::{PipeModel, Role};
use crate::check::{Check, InModel, Level};
use crate::crash::Faults;

/// A pipe model by name.
#[derive(Clone, Debug)]
struct Named {
    property: &'static str,
    roles: Vec<Role>,
    room: usize,
    /// The preemption bound of each level.
    preemptions: [usize; 2],
    faults: Faults,
}

const CRASH: Faults =
    Faults { crashes: 1, interrupts: true, time_outs: false, needs_backstop: true };
const NO_CRASH: Faults = Faults { crashes: 0, needs_backstop: false, ..CRASH };

fn named(property: &'static str, roles: &[Role], room: usize) -> Named {
    let (roles, preemptions, faults) = (roles.to_vec(), [2, 3], NO_CRASH);
    Named { property, roles, room, preemptions, faults }
}

fn models() -> Vec<Named> {
    use Role::{Close, Drain, Look, Poll, Recv, RecvTimeout, Send, TryRecv};
    let crash = |named| Named { faults: CRASH, ..named };
    let at = |bound, named| Named { preemptions: [bound, bound + 1], ..named };
    vec![
        at(3, named("closed: end of file for who waits", &[Close, Drain], 1)),
        named("send twice, then end of file", &[Send(2), Drain], 2),
        at(1, crash(named("send, then end of file, any one crash", &[Send(1), Drain], 1))),
        at(1, crash(named("send twice, then end of file, any one crash", &[Send(2), Drain], 2))),
        at(0, crash(named("room for one of two, any one crash", &[Send(2), Drain], 1))),
        named("two close at once: one of them wakes who waits", &[Close, Close, Drain], 1),
        at(0, crash(named("two senders on one end, any one crash", &[Send(1), Close, Drain], 1))),
        at(0, crash(named("two receivers on one end, any one crash", &[Send(2), Drain, Drain], 2))),
        at(1, crash(named("a poll leaves no empty pipe, any one crash", &[Send(1), Poll], 1))),
        at(0, named("a poll passes its wake-up on", &[Send(2), Look, Drain], 1)),
        named("tries never wait", &[Send(1), TryRecv], 1),
        Named {
            faults: Faults { time_outs: true, ..NO_CRASH },
            ..named("a receive that times out", &[Send(1), RecvTimeout], 1)
        },
        named("the receiver leaves early", &[Send(2), Recv], 2),
    ]
}

/// All checks of the pipe.
#[must_use]
pub fn all(level: Level) -> Vec<Check> {
    let one_way = models().into_iter().map(|named| of_model(named, level));
    one_way.chain([both_ways(level)]).collect()
}

fn both_ways(level: Level) -> Check {
    let check = InModel {
        subject: "pipe",
        property: "a question and its answer, any one crash",
        size: "2 participants, room for 1 item each way".to_owned(),
        preemptions: [Some(1), Some(2)][level as usize],
        executions: GIVE_UP_AFTER[level as usize],
        faults: CRASH,
        not_covered: "load buffering, more participants, longer items",
    };
    check.of(DuplexModel)
}

/// More executions than any model needs at its bound.
const GIVE_UP_AFTER: [usize; 2] = [400_000, 200_000_000];

fn of_model(named: Named, level: Level) -> Check {
    let Named { roles, room, .. } = named;
    let check = InModel {
        subject: "pipe",
        property: named.property,
        size: format!("{} participants, room for {room} items", roles.len()),
        preemptions: Some(named.preemptions[level as usize]),
        executions: GIVE_UP_AFTER[level as usize],
        faults: named.faults,
        not_covered: "load buffering, more participants, longer items",
    };
    check.of(PipeModel { roles, room })
}
