//! The models of the queue of tasks: small programs of two or three participants.

use std::cell::RefCell;
use std::time::Duration;

use forkstep_model::sys::model::{self, Run};
use forkstep_model::{GetError, JoinError, JoinableQueue, Lease, PutError};

use super::role::Role;
use crate::scenario::Scenario;

/// A model: a role for each participant, and what the queue is made for.
#[derive(Clone, Debug)]
pub(super) struct TasksModel {
    /// Who takes part.
    pub roles: Vec<Role>,
    /// How many tasks may be queued.
    pub items: usize,
    /// How many more may be leased.
    pub leases: usize,
    /// How often a task is delivered.
    pub max_deliveries: u32,
    /// How many tasks are queued at the start.
    pub prefilled: u8,
    /// Whether it is closed then.
    pub closed: bool,
}

/// Who put a task, and which of its tasks it is.
type Task = (u8, u8);

/// The queue and what the harness knows of an execution.
#[derive(Debug)]
pub(super) struct Shared {
    queue: JoinableQueue<Task>,
    ledger: RefCell<Ledger>,
    max_deliveries: u32,
    slots: usize,
}

/// No object of loom's, so it orders nothing.
#[derive(Debug, Default)]
struct Ledger {
    /// Tasks whose put has begun, and those whose put has returned.
    begun: Vec<Task>,
    put: Vec<Task>,
    /// Who holds which task: from the return of get to the beginning of its end.
    held: Vec<(Task, usize)>,
    /// Tasks whose `task_done` has begun, and those whose `task_done` has returned.
    finishing: Vec<Task>,
    done: Vec<Task>,
    /// What each participant was delivered first, by number.
    first: Vec<Vec<u64>>,
    /// Participants that have come to their end.
    ended: Vec<bool>,
    /// Gets that have begun and not returned.
    getting: usize,
}

impl Scenario for TasksModel {
    type Shared = Shared;

    fn roles(&self) -> Vec<&'static str> {
        self.roles.iter().map(|role| role.name()).collect()
    }

    fn set_up(&self) -> Shared {
        let queue = JoinableQueue::builder(self.items)
            .leases(self.leases)
            .task_bytes(2)
            .max_deliveries(self.max_deliveries)
            .build();
        let n = self.roles.len();
        let ledger = Ledger { first: vec![vec![]; n], ended: vec![false; n], ..Ledger::default() };
        let shared = Shared {
            queue: queue.expect("the model has memory"),
            ledger: RefCell::new(ledger),
            max_deliveries: self.max_deliveries,
            slots: self.items + self.leases,
        };
        for number in 0..self.prefilled {
            must(shared.put(SET_UP, number, JoinableQueue::try_put));
        }
        if self.closed {
            shared.queue.close().expect("nobody is in the way");
        }
        shared
    }

    fn run(&self, me: usize, shared: &Shared) {
        self.play(me, shared);
        shared.ledger.borrow_mut().ended[me] = true;
    }

    fn judge(&self, shared: &Shared, run: &Run) {
        shared.judge(run);
        let workers =
            self.roles.iter().zip(&shared.ledger.borrow().ended).any(|(role, ended)| {
                *ended && matches!(role, Role::WorkOn | Role::WorkUntilClosed)
            });
        let left = shared.drain();
        // A worker that lives leaves nothing undone that was there when the others had ended.
        assert!(!workers || left.is_empty(), "{left:?} left undone");
        shared.judge_the_rest(&left);
    }
}

/// The producer of what is in the queue at the start.
const SET_UP: usize = 9;
/// Shorter than a backstop.
const SHORT: Duration = Duration::from_millis(10);

fn must<E: std::fmt::Debug>(result: Result<(), E>) {
    result.expect("waits as long as it takes");
}

fn may<E: std::fmt::Debug + PartialEq>(result: Result<(), E>, allowed: &[E]) {
    if let Err(error) = result {
        assert!(allowed.contains(&error), "{error:?}");
    }
}

impl TasksModel {
    fn play(&self, me: usize, shared: &Shared) {
        match self.roles[me] {
            Role::Put(tasks) => {
                (0..tasks).for_each(|n| must(shared.put(me, n, JoinableQueue::put)));
            }
            Role::PutPatiently(tasks) => (0..tasks).for_each(|n| {
                let put = shared.put(me, n, |queue, task| queue.put_timeout(task, SHORT));
                may(put, &[PutError::Full, PutError::Closed]);
            }),
            Role::PutUntilClosed => {
                let end = shared.put(me, 0, JoinableQueue::put);
                assert_eq!(end, Err(PutError::Closed), "there is no room");
            }
            Role::Work(tasks) => (0..tasks).for_each(|_| {
                shared.work(me, JoinableQueue::get).expect("waits as long as it takes");
            }),
            Role::WorkOn => {
                let mut empty = 0;
                while empty < 2 {
                    let worked = shared.work(me, |queue| queue.get_timeout(SHORT));
                    empty = if worked.is_ok() { 0 } else { empty + 1 };
                }
            }
            Role::WorkUntilClosed => {
                let end = loop {
                    if let Err(end) = shared.work(me, JoinableQueue::get) {
                        break end;
                    }
                };
                assert_eq!(end, GetError::Closed);
            }
            Role::TryWork => {
                may(shared.work(me, JoinableQueue::try_get), &[GetError::Empty]);
            }
            Role::WorkTimeout => {
                may(shared.work(me, |queue| queue.get_timeout(SHORT)), &[GetError::Empty]);
            }
            Role::GiveBack => shared.give_back(me, 1),
            Role::GiveTwoBack => shared.give_back(me, 2),
            Role::PutAndAsk => {
                must(shared.put(me, 0, JoinableQueue::put));
                let letter = shared.queue.take_dead_letter();
                assert_eq!(letter, Ok(None), "nothing was delivered twice");
            }
            Role::WorkTimeoutAndPut => {
                let lease = shared.get(me, |queue| queue.get_timeout(SHORT));
                if let Ok(lease) = lease {
                    must(shared.put(me, 0, JoinableQueue::put));
                    shared.finish(lease);
                }
            }
            Role::HoldTwo => {
                // If others took the rest, what it holds itself is not waited for.
                if let Ok(first) = shared.get(me, JoinableQueue::get) {
                    may(shared.work(me, JoinableQueue::get), &[GetError::Closed]);
                    shared.finish(first);
                }
            }
            Role::Join => shared.join(|queue| queue.join().map(drop)),
            Role::JoinPatiently => shared.join(|queue| queue.join_timeout(SHORT).map(drop)),
            Role::Close => shared.queue.close().expect("nobody is in the way for ever"),
        }
    }
}

impl Shared {
    fn put(
        &self,
        me: usize,
        number: u8,
        put: impl FnOnce(&JoinableQueue<Task>, &Task) -> Result<(), PutError>,
    ) -> Result<(), PutError> {
        let task = (me as u8, number);
        self.ledger.borrow_mut().begun.push(task);
        put(&self.queue, &task)?;
        self.ledger.borrow_mut().put.push(task);
        Ok(())
    }

    fn get<'a>(
        &'a self,
        me: usize,
        get: impl FnOnce(&'a JoinableQueue<Task>) -> Result<Lease<'a, Task>, GetError>,
    ) -> Result<Lease<'a, Task>, GetError> {
        self.ledger.borrow_mut().getting += 1;
        let got = get(&self.queue);
        let mut ledger = self.ledger.borrow_mut();
        ledger.getting -= 1;
        let lease = got?;
        assert!(ledger.begun.contains(&lease), "{:?} was never put", *lease);
        assert!(!ledger.done.contains(&lease), "{:?} was done before", *lease);
        assert!(lease.deliveries() <= self.max_deliveries, "{lease:?} delivered too often");
        if lease.deliveries() == 1 {
            ledger.first[me].push(lease.number());
        }
        ledger.held.push((*lease, me));
        Ok(lease)
    }

    fn work<'a>(
        &'a self,
        me: usize,
        get: impl FnOnce(&'a JoinableQueue<Task>) -> Result<Lease<'a, Task>, GetError>,
    ) -> Result<(), GetError> {
        let lease = self.get(me, get)?;
        self.finish(lease);
        Ok(())
    }

    fn finish(&self, lease: Lease<'_, Task>) {
        let task = *lease;
        self.let_go(task);
        self.ledger.borrow_mut().finishing.push(task);
        lease.task_done().expect("it is ours");
        self.ledger.borrow_mut().done.push(task);
    }

    fn give_back(&self, me: usize, tasks: usize) {
        let get = |_| self.get(me, |queue| queue.get_timeout(SHORT)).ok();
        let leases: Vec<_> = (0..tasks).filter_map(get).collect();
        for lease in leases {
            self.let_go(*lease);
            drop(lease);
        }
    }

    fn let_go(&self, task: Task) {
        self.ledger.borrow_mut().held.retain(|(held, _)| *held != task);
    }

    /// Joins, and checks that all tasks that had been put before are finished.
    fn join(&self, join: impl FnOnce(&JoinableQueue<Task>) -> Result<(), JoinError>) {
        let before = self.ledger.borrow().put.clone();
        match join(&self.queue) {
            Ok(()) => {
                let ledger = self.ledger.borrow();
                let finished = |task: &Task| {
                    ledger.finishing.contains(task) || !ledger.held.iter().any(|(t, _)| t == task)
                };
                let open: Vec<_> = before.iter().filter(|task| !finished(task)).collect();
                assert!(open.is_empty(), "joined while {open:?} were held");
            }
            Err(JoinError::TimedOut(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }

    /// Judges what was delivered.
    fn judge(&self, run: &Run) {
        let ledger = self.ledger.borrow();
        for first in &ledger.first {
            assert!(first.is_sorted(), "delivered out of order: {first:?}");
        }
        for (n, (task, holder)) in ledger.held.iter().enumerate() {
            assert!(!ledger.ended[*holder], "P{holder} ended with {task:?}");
            let others = ledger.held[..n].iter().filter(|(held, _)| held == task);
            for (_, other) in others {
                assert!(!ledger.ended[*other], "{task:?} held by P{other} and P{holder}");
            }
        }
        for (n, task) in ledger.done.iter().enumerate() {
            assert!(!ledger.done[..n].contains(task), "{task:?} done twice");
        }
        let deaths = run.crashed.iter().filter(|crashed| **crashed).count();
        let backstops = run.backstops.iter().copied().max().unwrap_or(0);
        assert!(backstops <= 3 * deaths, "{backstops} backstops for {deaths} deaths");
    }

    /// Does what is left, as a survivor that comes last.
    fn drain(&self) -> Vec<Task> {
        model::note("the final check does what is left");
        let mut left = Vec::new();
        let mut numbers = Vec::new();
        while let Ok(lease) = self.queue.try_get() {
            numbers.push(lease.number());
            left.push(*lease);
            lease.task_done().expect("it is ours");
        }
        assert!(numbers.is_sorted_by(|a, b| a < b), "left out of order or twice: {numbers:?}");
        left
    }

    /// Judges that every slot can be used, each once.
    fn use_all_slots(&self) {
        if self.queue.is_closed() {
            return;
        }
        let mut leases = Vec::new();
        let mut number = 0;
        while self.queue.try_put(&(SET_UP as u8, number)).is_ok() {
            let lease = self.queue.try_get().expect("just put");
            assert_eq!(lease.1, number, "two tasks in one slot");
            leases.push(lease);
            number += 1;
        }
        assert_eq!(leases.len(), self.slots, "slots that can be used");
        leases.into_iter().for_each(|lease| lease.task_done().expect("it is ours"));
    }

    /// Judges that nothing is lost, and nothing comes from nowhere.
    fn judge_the_rest(&self, left: &[Task]) {
        let joined = self.queue.join_timeout(Duration::ZERO).expect("nothing is left");
        let mut dead = Vec::new();
        while let Ok(Some(letter)) = self.queue.take_dead_letter() {
            assert_eq!(letter.deliveries, self.max_deliveries);
            dead.push(letter.decode::<Task>().expect("as it was put"));
        }
        assert_eq!(joined.dead_letters, dead.len());
        self.queue.join_timeout(Duration::ZERO).expect("nothing is left, and no dead letters");
        self.use_all_slots();
        let ledger = self.ledger.borrow();
        assert!(ledger.begun.len() as u64 >= joined.tasks, "{joined:?}");
        for task in &ledger.put {
            let ends = [
                ledger.done.contains(task),
                left.contains(task),
                dead.contains(task),
                // Its consumer died in `task_done`, or after it and before it could say so.
                ledger.finishing.contains(task) && !ledger.done.contains(task),
            ];
            assert!(ends.contains(&true), "{task:?} is lost");
            assert!(!(ends[0] && (ends[1] || ends[2])), "{task:?} done and left");
        }
        assert!(left.iter().chain(&dead).all(|task| ledger.begun.contains(task)));
    }
}
