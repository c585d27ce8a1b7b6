//! The queue, of one or two items.

use forkstep::{GetError, PutError, Queue};
use serde::{Deserialize, Serialize};

use super::PATIENCE;
use crate::stepped::scenario::Builder;
use crate::stepped::{Log, Scenario, SequentialSpec};

/// All scenarios of the queue.
pub(super) fn all() -> Vec<Scenario> {
    let put_and_get = on_a_queue("queue", 1, &[])
        .shows("a put, and a get that waits for it")
        .participant("put", |queue, log| put(queue, log, 1))
        .participant("get", get);
    let puts = on_a_queue("queue-puts", 2, &[])
        .shows("two puts at the same time")
        .participant("put", |queue, log| put(queue, log, 1))
        .participant("put", |queue, log| put(queue, log, 2));
    let gets = on_a_queue("queue-gets", 2, &[1, 2])
        .shows("two gets of two items at the same time")
        .participant("get", get)
        .participant("get", get);
    let full = on_a_queue("queue-full", 1, &[1])
        .shows("a get from a full queue, and a put that waits for room")
        .participant("get", get)
        .participant("put", |queue, log| put(queue, log, 2));
    let closed = on_a_queue("queue-close", 1, &[])
        .shows("a get that waits while the queue is closed")
        .participant("close", close)
        .participant("get", get);
    let put_or_closed = on_a_queue("queue-put-close", 1, &[])
        .shows("a put while the queue is closed: done or refused, and never lost")
        .participant("put", |queue, log| put(queue, log, 1))
        .participant("close", close);
    let all = [put_and_get, puts, gets, full, closed, put_or_closed];
    all.map(|builder| builder.operations(2).build()).into()
}

fn on_a_queue(name: &str, capacity: usize, stock: &'static [u8]) -> Builder<Queue<u8>> {
    let set_up = move || {
        // An item is one byte, so a record takes 16.
        let queue = Queue::with_capacity(capacity, 16 * capacity).expect("there is memory");
        stock.iter().for_each(|item| queue.try_put(item).expect("there is room"));
        queue
    };
    let spec = Line { capacity, stock: stock.to_vec() };
    Scenario::builder(name, set_up).afterwards(drain).specified(spec)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Ask {
    Put(u8),
    Get,
    Close,
    Len,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Answer {
    Done,
    Full,
    Item(u8),
    Empty,
    Closed,
    Number(usize),
}

fn put(queue: &Queue<u8>, log: &Log<'_>, item: u8) {
    put_by(queue, log, item, |queue, item| queue.put_timeout(item, PATIENCE));
}

fn put_by(
    queue: &Queue<u8>,
    log: &Log<'_>,
    item: u8,
    put: impl FnOnce(&Queue<u8>, &u8) -> Result<(), PutError>,
) {
    log.call(Ask::Put(item), || match put(queue, &item) {
        Ok(()) => Answer::Done,
        Err(PutError::Full) => Answer::Full,
        Err(PutError::Closed) => Answer::Closed,
        Err(error) => panic!("put: {error}"),
    });
}

fn get(queue: &Queue<u8>, log: &Log<'_>) {
    get_by(queue, log, |queue| queue.get_timeout(PATIENCE));
}

fn get_by(
    queue: &Queue<u8>,
    log: &Log<'_>,
    get: impl FnOnce(&Queue<u8>) -> Result<u8, GetError>,
) -> Answer {
    log.call(Ask::Get, || match get(queue) {
        Ok(item) => Answer::Item(item),
        Err(GetError::Empty) => Answer::Empty,
        Err(GetError::Closed) => Answer::Closed,
        Err(error) => panic!("get: {error}"),
    })
}

fn close(queue: &Queue<u8>, log: &Log<'_>) {
    log.call(Ask::Close, || {
        queue.close().expect("nobody is in the way for ever");
        Answer::Done
    });
}

/// Gets what is left, and finds that the queue still works.
fn drain(queue: &Queue<u8>, log: &Log<'_>) {
    while let Answer::Item(_) = get_by(queue, log, Queue::try_get) {}
    put_by(queue, log, 9, Queue::try_put);
    log.call(Ask::Len, || Answer::Number(queue.len()));
    get_by(queue, log, Queue::try_get);
}

/// First in, first out. Waits have a limit, so a put into a full queue and a get from an empty one
/// may say so.
struct Line {
    capacity: usize,
    stock: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    items: Vec<u8>,
    closed: bool,
}

impl SequentialSpec for Line {
    type State = State;
    type Operation = Ask;
    type Answer = Answer;

    fn start(&self) -> State {
        State { items: self.stock.clone(), closed: false }
    }

    fn apply(&self, state: &State, _participant: usize, ask: &Ask) -> Vec<(State, Answer)> {
        let mut after = state.clone();
        let answer = match *ask {
            Ask::Put(_) if state.closed => Answer::Closed,
            Ask::Put(_) if state.items.len() == self.capacity => Answer::Full,
            Ask::Put(item) => {
                after.items.push(item);
                Answer::Done
            }
            Ask::Get if !state.items.is_empty() => Answer::Item(after.items.remove(0)),
            Ask::Get if state.closed => Answer::Closed,
            Ask::Get => Answer::Empty,
            Ask::Close => {
                after.closed = true;
                Answer::Done
            }
            Ask::Len => Answer::Number(state.items.len()),
        };
        vec![(after, answer)]
    }
}
