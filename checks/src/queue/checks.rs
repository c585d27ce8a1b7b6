//! What `forkstep check queue` runs.

use super::models::{Case, QueueModel, Role};
use super::plans::{Planted, check_plans};
use crate::check::{Check, Level};
use crate::named::Named;

fn named(
    property: &'static str,
    bound: usize,
    roles: &[Role],
    capacity: usize,
) -> Named<QueueModel> {
    Named::new(property, bound, QueueModel::new(roles, capacity))
}

impl Named<QueueModel> {
    fn case(mut self, case: Case) -> Self {
        self.model.case = Some(case);
        self
    }
}

fn models() -> Vec<Named<QueueModel>> {
    use Role::{
        Close, Drain, DrainMany, Get, GetPatiently, GetTimeout, Len, Put, PutMany, PutPatiently,
        PutTimeout, PutUntilClosed, TryGet, TryPut,
    };
    let (put, get) = (PutPatiently, GetPatiently);
    let mut bytes = named("bytes run out before items, while two are got", 2, &[Put(1), Get(2)], 3);
    (bytes.model.room, bytes.model.prefilled) = (2, 2);
    vec![
        named("put and get, any one crash", 2, &[put(1), get(1)], 1).crashes(1),
        named("put and get, any two crashes", 1, &[put(1), get(1)], 1).crashes(2),
        named("put and get twice: FIFO, exactly once", 2, &[Put(2), Get(2)], 1),
        named("put and get twice on a ring of two, any one crash", 1, &[put(2), get(2)], 2)
            .crashes(1),
        named("a full ring of one, any one crash", 1, &[put(2), get(2)], 1).crashes(1),
        named("a full ring of one, any two crashes", 0, &[put(2), get(2)], 1).crashes(2),
        named("the committer dies before it wakes: one backstop", 1, &[put(1), get(1)], 1)
            .crashes(1)
            .case(Case::CommitterDied),
        named("the woken consumer dies: one backstop", 0, &[get(1), get(1), put(2)], 1)
            .crashes(1)
            .case(Case::WokenDied),
        named("two producers, one consumer", 1, &[Put(1), Put(1), Get(2)], 1),
        named("two producers, one consumer, any one crash", 0, &[put(1), put(1), get(2)], 1)
            .crashes(1),
        named("one producer, two consumers", 1, &[Put(2), Get(1), Get(1)], 1),
        named("one producer, two consumers, any one crash", 0, &[put(2), get(1), get(1)], 1)
            .crashes(1),
        named("a batch, any one crash", 1, &[PutMany, DrainMany], 2).crashes(1),
        named("a batch in parts, any one crash", 1, &[PutMany, DrainMany], 1).crashes(1),
        named("a batch for two consumers", 1, &[PutMany, Get(1), Get(1)], 2),
        bytes,
        named("tries never wait", 3, &[TryPut, TryGet], 1),
        named("a get that times out", 1, &[Put(1), GetTimeout], 1).time_outs(),
        named("a get that times out passes its wake on", 0, &[Put(2), GetTimeout, Get(1)], 2)
            .time_outs(),
        named("puts that time out", 0, &[PutTimeout, PutTimeout, Get(1)], 1).time_outs(),
        named("close while a consumer waits", 1, &[PutUntilClosed, Drain, Close], 2),
        named("close while a producer waits", 2, &[PutUntilClosed, Close], 1),
        named("the length is never out of range", 1, &[Put(1), Get(1), Len], 1),
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
    let property = "random plans with kills: none lost, none twice, nothing stuck";
    Check::of_plans("queue", property, 6, level, |plans, seed, progress| {
        check_plans(plans, seed, Planted::Nothing, progress)
            .map(|checked| (checked.plans, checked.kills))
    })
}

fn of_model(named: Named<QueueModel>, level: Level) -> Check {
    let QueueModel { roles, capacity, .. } = &named.model;
    let size = format!("{} participants, {capacity} items", roles.len());
    named.check("queue", size, "load buffering, more participants, longer items", level)
}
