//! What `forkstep check pipe` runs.

use super::duplex::DuplexModel;
use super::models::{PipeModel, Role};
use crate::check::{Check, Level};
use crate::named::Named;

fn named(property: &'static str, bound: usize, roles: &[Role], room: usize) -> Named<PipeModel> {
    Named::new(property, bound, PipeModel { roles: roles.to_vec(), room })
}

/// As [`named`]; any one participant dies, and somebody needs the backstop to find out.
fn crash(property: &'static str, bound: usize, roles: &[Role], room: usize) -> Named<PipeModel> {
    named(property, bound, roles, room).crashes(1).needs_backstop()
}

fn models() -> Vec<Named<PipeModel>> {
    use Role::{Close, Drain, Look, Poll, Recv, RecvTimeout, Send, TryRecv};
    vec![
        named("closed: end of file for who waits", 3, &[Close, Drain], 1),
        named("send twice, then end of file", 2, &[Send(2), Drain], 2),
        crash("send, then end of file, any one crash", 1, &[Send(1), Drain], 1),
        crash("send twice, then end of file, any one crash", 1, &[Send(2), Drain], 2),
        crash("room for one of two, any one crash", 0, &[Send(2), Drain], 1),
        named("two close at once: one of them wakes who waits", 2, &[Close, Close, Drain], 1),
        crash("two senders on one end, any one crash", 0, &[Send(1), Close, Drain], 1),
        crash("two receivers on one end, any one crash", 0, &[Send(2), Drain, Drain], 2),
        crash("a poll leaves no empty pipe, any one crash", 1, &[Send(1), Poll], 1),
        named("a poll passes its wake-up on", 0, &[Send(2), Look, Drain], 1),
        named("tries never wait", 2, &[Send(1), TryRecv], 1),
        named("a receive that times out", 2, &[Send(1), RecvTimeout], 1).time_outs(),
        named("the receiver leaves early", 2, &[Send(2), Recv], 2),
    ]
}

/// All checks of the pipe.
#[must_use]
pub fn all(level: Level) -> Vec<Check> {
    let one_way = models().into_iter().map(|named| of_model(named, level));
    one_way.chain([both_ways(level)]).collect()
}

const NOT_COVERED: &str = "load buffering, more participants, longer items";

fn both_ways(level: Level) -> Check {
    Named::new("a question and its answer, any one crash", 1, DuplexModel)
        .crashes(1)
        .needs_backstop()
        .check("pipe", "2 participants, room for 1 item each way".to_owned(), NOT_COVERED, level)
}

fn of_model(named: Named<PipeModel>, level: Level) -> Check {
    let PipeModel { roles, room } = &named.model;
    let size = format!("{} participants, room for {room} items", roles.len());
    named.check("pipe", size, NOT_COVERED, level)
}
