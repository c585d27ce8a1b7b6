//! The queue models: each a small program of two or three participants on a ring of one or two.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use forkstep_model::sys::model::{self, Run};
use forkstep_model::{GetError, PutError, PutManyError, Queue};

use crate::scenario::Scenario;

/// What one participant does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Puts that many items, waiting for room.
    Put(u8),
    /// Gets that many items, waiting for each.
    Get(u8),
    /// Tries to put one.
    TryPut,
    /// Tries to get one.
    TryGet,
    /// Gets one with a short time-out.
    GetTimeout,
    /// Puts one with a short time-out.
    PutTimeout,
    /// Gets that many with a time-out that only a peer that died lets run out.
    GetPatiently(u8),
    /// Puts that many with a time-out that only a peer that died lets run out.
    PutPatiently(u8),
    /// Puts two items as one batch, with a time-out as above.
    PutMany,
    /// Gets up to two items at once, with a time-out as above, until it has two.
    DrainMany,
    /// Gets until the queue is closed and empty.
    Drain,
    /// Closes the queue.
    Close,
    /// Puts until the queue is closed.
    PutUntilClosed,
    /// Asks for the length.
    Len,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Put(1) => "put",
            Self::Put(_) => "put twice",
            Self::Get(1) => "get",
            Self::Get(_) => "get twice",
            Self::TryPut => "try to put",
            Self::TryGet => "try to get",
            Self::GetTimeout => "get with a time-out",
            Self::PutTimeout => "put with a time-out",
            Self::GetPatiently(_) => "get patiently",
            Self::PutPatiently(_) => "put patiently",
            Self::PutMany => "put a batch",
            Self::DrainMany => "drain a batch",
            Self::Drain => "drain",
            Self::Close => "close",
            Self::PutUntilClosed => "put until closed",
            Self::Len => "ask for the length",
        }
    }
}

/// A queue model: a role for each participant, and for how many items the ring is made.
#[derive(Clone, Debug)]
pub struct QueueModel {
    /// Who takes part.
    pub roles: Vec<Role>,
    /// The capacity.
    pub capacity: usize,
    /// How many items the ring has bytes for.
    pub room: usize,
    /// How many items are in it at the start.
    pub prefilled: u8,
    /// What some execution must reach.
    pub case: Option<Case>,
    /// Whether one has.
    reached: Arc<AtomicBool>,
}

/// A case that a model is about: in some execution, a consumer found an item by its backstop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// Its producer died in the put, after it had committed and before it had woken anybody.
    CommitterDied,
    /// The put had returned: the consumer that it had woken died.
    WokenDied,
}

/// Who put an item, and which of its items it is.
type Item = (u8, u8);

/// The queue and what the harness knows of an execution.
#[derive(Debug)]
pub struct Shared {
    queue: Queue<Item>,
    ledger: RefCell<Ledger>,
}

/// No object of loom's, so it orders nothing.
#[derive(Debug, Default)]
struct Ledger {
    /// Items whose put has begun.
    begun: Vec<Item>,
    /// Items whose put has returned.
    put: Vec<Item>,
    /// What each participant got, in its order.
    got: Vec<Vec<Item>>,
    /// Gets that have begun and not returned.
    getting: usize,
}

impl QueueModel {
    /// A model whose ring has bytes for as many items as it is made for.
    pub fn new(roles: &[Role], capacity: usize) -> Self {
        Self {
            roles: roles.to_vec(),
            capacity,
            room: capacity,
            prefilled: 0,
            case: None,
            reached: Arc::default(),
        }
    }

    /// Whether this execution is one of the case.
    fn is_of_case(&self, shared: &Shared, run: &Run) -> bool {
        let ledger = shared.ledger.borrow();
        let late = ledger.got.iter().zip(&run.backstops).filter(|(_, backstops)| **backstops > 0);
        let mut items = late.flat_map(|(got, _)| got);
        match self.case {
            None => false,
            Some(Case::CommitterDied) => items.any(|item| !ledger.put.contains(item)),
            Some(Case::WokenDied) => items.any(|item| ledger.put.contains(item)),
        }
    }
}

impl Scenario for QueueModel {
    type Shared = Shared;

    fn roles(&self) -> Vec<&'static str> {
        self.roles.iter().map(|role| role.name()).collect()
    }

    fn set_up(&self) -> Shared {
        // An item is two bytes, so a record takes 16.
        let queue = Queue::with_capacity(self.capacity, 16 * self.room);
        let got = vec![Vec::new(); self.roles.len()];
        let ledger = RefCell::new(Ledger { got, ..Ledger::default() });
        let shared = Shared { queue: queue.expect("the model has memory"), ledger };
        for number in 0..self.prefilled {
            must(shared.put(SET_UP, number, Queue::try_put));
        }
        shared
    }

    fn run(&self, me: usize, shared: &Shared) {
        match self.roles[me] {
            Role::Put(items) => (0..items).for_each(|n| must(shared.put(me, n, Queue::put))),
            Role::Get(items) => (0..items).for_each(|_| must(shared.get(me, Queue::get))),
            Role::TryPut => may(shared.put(me, 0, Queue::try_put), &[PutError::Full]),
            Role::TryGet => may(shared.get(me, Queue::try_get), &[GetError::Empty]),
            Role::GetTimeout => shared.get_within(me, SHORT),
            Role::PutTimeout => shared.put_within(me, 0, SHORT),
            Role::GetPatiently(items) => (0..items).for_each(|_| shared.get_within(me, LONG)),
            Role::PutPatiently(items) => (0..items).for_each(|n| shared.put_within(me, n, LONG)),
            Role::PutMany => shared.put_many(me),
            Role::DrainMany => shared.drain_many(me),
            Role::Drain => while shared.get(me, Queue::get) != Err(GetError::Closed) {},
            Role::Close => shared.queue.close().expect("nobody is in the way for ever"),
            Role::PutUntilClosed => {
                for n in 0..2 {
                    may(shared.put(me, n, Queue::put), &[PutError::Closed]);
                }
            }
            Role::Len => {
                let len = shared.queue.len();
                assert!(len <= self.capacity, "{len} items in a queue for {}", self.capacity);
            }
        }
    }

    fn judge(&self, shared: &Shared, run: &Run) {
        if self.is_of_case(shared, run) {
            self.reached.store(true, Ordering::Relaxed);
        }
        shared.judge(run);
    }

    fn reached(&self) -> bool {
        self.case.is_none() || self.reached.load(Ordering::Relaxed)
    }
}

/// The producer of what is in the queue at the start.
const SET_UP: usize = 9;
/// Shorter than a backstop.
const SHORT: Duration = Duration::from_millis(10);
/// Longer than a backstop, and than two waits that each end at once.
const LONG: Duration = Duration::from_millis(60);

fn must<E: std::fmt::Debug>(result: Result<(), E>) {
    result.expect("waits as long as it takes");
}

fn may<E: std::fmt::Debug + PartialEq>(result: Result<(), E>, allowed: &[E]) {
    if let Err(error) = result {
        assert!(allowed.contains(&error), "{error:?}");
    }
}

impl Shared {
    fn put(
        &self,
        me: usize,
        number: u8,
        put: impl FnOnce(&Queue<Item>, &Item) -> Result<(), PutError>,
    ) -> Result<(), PutError> {
        let item = (me as u8, number);
        self.ledger.borrow_mut().begun.push(item);
        put(&self.queue, &item)?;
        self.ledger.borrow_mut().put.push(item);
        Ok(())
    }

    fn put_within(&self, me: usize, number: u8, timeout: Duration) {
        let put = self.put(me, number, |queue, item| queue.put_timeout(item, timeout));
        may(put, &[PutError::Full, PutError::Closed]);
    }

    fn get_within(&self, me: usize, timeout: Duration) {
        let got = self.get(me, |queue| queue.get_timeout(timeout));
        may(got, &[GetError::Empty, GetError::Closed]);
    }

    fn get(
        &self,
        me: usize,
        get: impl FnOnce(&Queue<Item>) -> Result<Item, GetError>,
    ) -> Result<(), GetError> {
        self.ledger.borrow_mut().getting += 1;
        let got = get(&self.queue);
        let mut ledger = self.ledger.borrow_mut();
        ledger.getting -= 1;
        ledger.got[me].push(got?);
        Ok(())
    }

    fn put_many(&self, me: usize) {
        let items = [(me as u8, 0), (me as u8, 1)];
        self.ledger.borrow_mut().begun.extend(items);
        let put = match self.queue.put_many_timeout(&items, LONG) {
            Ok(()) => 2,
            Err(PutManyError { put, error: PutError::Full }) => put,
            Err(error) => panic!("{error}"),
        };
        self.ledger.borrow_mut().put.extend(&items[..put]);
    }

    fn drain_many(&self, me: usize) {
        let mut left: usize = 2;
        while left > 0 {
            self.ledger.borrow_mut().getting += left;
            let drained = self.queue.drain_timeout(left, LONG);
            let mut ledger = self.ledger.borrow_mut();
            ledger.getting -= left;
            let Ok(items) = drained else { return };
            assert!(items.len() <= left, "{} items, at most {left} asked for", items.len());
            left -= items.len();
            ledger.got[me].extend(items.map(|item| item.expect("as it was put")));
        }
    }

    /// Judges the end: the queue still works; nothing was lost but what a dead consumer was
    /// getting; nothing came twice or from nowhere; each consumer saw each producer's items in
    /// order.
    fn judge(&self, run: &Run) {
        model::note("the final check drains the queue");
        let mut left = Vec::new();
        while let Ok(item) = self.queue.try_get() {
            left.push(item);
        }
        assert_eq!(self.queue.len(), 0, "drained");
        let ledger = self.ledger.borrow();
        for got in ledger.got.iter().chain([&left]) {
            assert_in_order(got);
        }
        let all: Vec<Item> = ledger.got.iter().flatten().chain(&left).copied().collect();
        for (n, item) in all.iter().enumerate() {
            assert!(ledger.begun.contains(item), "{item:?} was never put");
            assert!(!all[..n].contains(item), "{item:?} came twice");
        }
        let lost = ledger.put.iter().filter(|item| !all.contains(item)).count();
        let taken = ledger.getting;
        assert!(lost <= taken, "{lost} items are lost; {taken} consumers died in a get");
        let deaths = run.crashed.iter().filter(|crashed| **crashed).count();
        let backstops = run.backstops.iter().copied().max().unwrap_or(0);
        // One for the death, and one for each of two waits for a dead peer, which end in vain.
        assert!(backstops <= 3 * deaths, "{backstops} backstops for {deaths} deaths");
    }
}

fn assert_in_order(items: &[Item]) {
    for (n, (producer, number)) in items.iter().enumerate() {
        let later = items[n..].iter().filter(|item| item.0 == *producer);
        assert!(later.clone().all(|item| item.1 >= *number), "out of order: {items:?}");
    }
}
