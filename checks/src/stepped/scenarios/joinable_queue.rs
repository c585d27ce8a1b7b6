//! The queue of tasks, of one or two.

use std::time::Duration;

use forkstep::{GetError, JoinError, JoinableQueue, Lease, PutError};
use serde::{Deserialize, Serialize};

use super::PATIENCE;
use super::tasks::Tasks;
use crate::stepped::scenario::Builder;
use crate::stepped::{Log, Scenario};

type Queue = JoinableQueue<u8>;

/// All scenarios of the queue of tasks.
pub(super) fn all() -> Vec<Scenario> {
    let put_and_work = on_tasks("joinable-queue", 1, &[])
        .shows("a put, and a consumer that waits for the task and does it")
        .operations(3)
        .participant("put", |queue, log| put(queue, log, 1))
        .participant("work", work);
    let puts = on_tasks("joinable-queue-puts", 2, &[])
        .shows("two puts at the same time")
        .operations(2)
        .participant("put", |queue, log| put(queue, log, 1))
        .participant("put", |queue, log| put(queue, log, 2));
    let gets = on_tasks("joinable-queue-gets", 2, &[1, 2])
        .shows("two consumers and two tasks")
        .operations(4)
        .participant("work", work)
        .participant("work", work);
    let full = on_tasks("joinable-queue-full", 1, &[1])
        .shows("a consumer at a full queue, and a put that waits for room")
        .operations(3)
        .participant("work", work)
        .participant("put", |queue, log| put(queue, log, 2));
    let join = on_tasks("joinable-queue-join", 1, &[1])
        .shows("a consumer, and a join that waits for its task")
        .operations(3)
        .participant("work", work)
        .participant("join", |queue, log| join(queue, log, PATIENCE));
    let give_back = on_tasks("joinable-queue-give-back", 1, &[1])
        .shows("a consumer that drops its lease, and another one that does the task")
        .operations(4)
        .participant("give back", give_back)
        .participant("work", work);
    let close = on_tasks("joinable-queue-close", 1, &[])
        .shows("a consumer that waits while the queue is closed")
        .operations(2)
        .participant("close", close)
        .participant("work", work);
    let all = [put_and_work, puts, gets, full, join, give_back, close];
    all.map(Builder::build).into()
}

/// How many tasks may be leased beside those that are queued.
const LEASES: usize = 1;

fn on_tasks(name: &str, items: usize, stock: &'static [u8]) -> Builder<Queue> {
    let set_up = move || {
        let queue = Queue::builder(items).leases(LEASES).task_bytes(1).build();
        let queue = queue.expect("there is memory");
        stock.iter().for_each(|task| queue.try_put(task).expect("there is room"));
        queue
    };
    let spec = Tasks { items, slots: items + LEASES, stock: stock.to_vec() };
    Scenario::builder(name, set_up).afterwards(finish).specified(spec)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Ask {
    Put(u8),
    Get,
    /// Says that the task is done.
    End(u8),
    /// Drops the lease of the task.
    GiveBack(u8),
    Join,
    Close,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Answer {
    Done,
    Full,
    Leased {
        task: u8,
        deliveries: u32,
    },
    Empty,
    Closed,
    /// All of so many tasks are done.
    Joined(u64),
    TimedOut,
}

fn put(queue: &Queue, log: &Log<'_>, task: u8) {
    put_by(queue, log, task, |queue, task| queue.put_timeout(task, PATIENCE));
}

fn put_by(
    queue: &Queue,
    log: &Log<'_>,
    task: u8,
    put: impl FnOnce(&Queue, &u8) -> Result<(), PutError>,
) -> Answer {
    log.call(Ask::Put(task), || match put(queue, &task) {
        Ok(()) => Answer::Done,
        Err(PutError::Full) => Answer::Full,
        Err(PutError::Closed) => Answer::Closed,
        Err(error) => panic!("put: {error}"),
    })
}

fn get_by<'a>(
    queue: &'a Queue,
    log: &Log<'_>,
    get: impl FnOnce(&'a Queue) -> Result<Lease<'a, u8>, GetError>,
) -> Option<Lease<'a, u8>> {
    let mut lease = None;
    log.call(Ask::Get, || match get(queue) {
        Ok(leased) => {
            let leased = lease.insert(leased);
            Answer::Leased { task: **leased, deliveries: leased.deliveries() }
        }
        Err(GetError::Empty) => Answer::Empty,
        Err(GetError::Closed) => Answer::Closed,
        Err(error) => panic!("get: {error}"),
    });
    lease
}

fn end(lease: Lease<'_, u8>, log: &Log<'_>) {
    log.call(Ask::End(*lease), || {
        lease.task_done().expect("it is ours");
        Answer::Done
    });
}

fn work(queue: &Queue, log: &Log<'_>) {
    if let Some(lease) = get_by(queue, log, |queue| queue.get_timeout(PATIENCE)) {
        end(lease, log);
    }
}

/// Does not wait for a task: the other consumer may have done the only one.
fn give_back(queue: &Queue, log: &Log<'_>) {
    if let Some(lease) = get_by(queue, log, Queue::try_get) {
        log.call(Ask::GiveBack(*lease), || {
            drop(lease);
            Answer::Done
        });
    }
}

fn join(queue: &Queue, log: &Log<'_>, timeout: Duration) {
    log.call(Ask::Join, || match queue.join_timeout(timeout) {
        Ok(joined) if joined.dead_letters == 0 => Answer::Joined(joined.tasks),
        Ok(joined) => panic!("{joined:?}: no task was delivered too often"),
        Err(JoinError::TimedOut(_)) => Answer::TimedOut,
        Err(error) => panic!("join: {error}"),
    });
}

fn close(queue: &Queue, log: &Log<'_>) {
    log.call(Ask::Close, || {
        queue.close().expect("nobody is in the way for ever");
        Answer::Done
    });
}

/// Does what is left, and finds that every slot can be used again, each once.
fn finish(queue: &Queue, log: &Log<'_>) {
    while let Some(lease) = get_by(queue, log, Queue::try_get) {
        end(lease, log);
    }
    join(queue, log, Duration::ZERO);
    let mut leases = Vec::new();
    for task in 90.. {
        if put_by(queue, log, task, Queue::try_put) != Answer::Done {
            break;
        }
        leases.extend(get_by(queue, log, Queue::try_get));
    }
    leases.into_iter().for_each(|lease| end(lease, log));
}
