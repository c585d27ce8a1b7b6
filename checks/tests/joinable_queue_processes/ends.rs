//! How a lease ends other than by `task_done` or a kill, what becomes of the task then, and what a
//! lease is worth in another process.

use forkstep::process::{ExitStatus, Process};
use forkstep::{GetError, JoinableQueue, Joined, Lease, PutError, TaskDoneError};
use forkstep_checks::watchdog::{trial, waiting_for};
use libtest_mimic::Trial;

use crate::deaths::{LONG, start_holding};
use crate::victims::{join, kill, wait_until_asleep};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("dropped_lease_comes_back_in_front", dropped_lease_comes_back_in_front),
        trial("several_come_back_in_order", several_come_back_in_order),
        trial("panic_gives_the_task_back", panic_gives_the_task_back),
        trial("dead_letter_and_its_slot", dead_letter_and_its_slot),
        trial("copied_lease_is_inert", copied_lease_is_inert),
        trial("grandchild_uses_the_queue", grandchild_uses_the_queue),
        trial("closed_is_for_ever", closed_is_for_ever),
        trial("closed_waits_for_leased_tasks", closed_waits_for_leased_tasks),
        trial("closed_waits_for_tasks_that_come_back", closed_waits_for_tasks_that_come_back),
    ]
}

fn with(numbers: std::ops::Range<u32>) -> JoinableQueue<u32> {
    let queue = JoinableQueue::new(16).unwrap();
    numbers.for_each(|number| queue.put(&number).unwrap());
    queue
}

/// The task, and how often it was delivered.
fn seen(lease: &Lease<'_, u32>) -> (u32, u32) {
    (**lease, lease.deliveries())
}

fn dropped_lease_comes_back_in_front() {
    let queue = with(0..4);
    for deliveries in 1..=5 {
        assert_eq!(seen(&queue.try_get().unwrap()), (0, deliveries));
    }
    // That was as often as it may be.
    assert_eq!(seen(&queue.try_get().unwrap()), (1, 1));
    assert_eq!(seen(&queue.try_get().unwrap()), (1, 2));
    assert_eq!(queue.take_dead_letter().unwrap().unwrap().decode(), Ok(0));
    // And in another process, which is told of it.
    let lease = queue.get().unwrap();
    assert_eq!(seen(&lease), (1, 3));
    let others = [2, 3].map(|_| queue.get().unwrap());
    let waits = Process::start(|| {
        let lease = queue.get().unwrap();
        assert_eq!(seen(&lease), (1, 4));
        lease.task_done().unwrap();
    });
    let waits = waits.unwrap();
    wait_until_asleep(&waits);
    drop(lease);
    join(&waits);
    others.into_iter().for_each(|other| other.task_done().unwrap());
    assert_eq!(queue.join(), Ok(Joined { tasks: 4, dead_letters: 0 }));
}

fn several_come_back_in_order() {
    let queue = with(0..8);
    let leases = [(); 5].map(|()| queue.get().unwrap());
    let [first, second, third, fourth, fifth] = leases;
    // In another order than they were put.
    [third, fifth, first, fourth].into_iter().for_each(drop);
    let again = [(); 4].map(|()| queue.get().unwrap());
    assert_eq!(again.each_ref().map(seen), [(0, 2), (2, 2), (3, 2), (4, 2)]);
    drop(second);
    let rest = [(); 4].map(|()| queue.get().unwrap());
    assert_eq!(rest.each_ref().map(seen), [(1, 2), (5, 1), (6, 1), (7, 1)]);
    again.into_iter().chain(rest).for_each(|lease| lease.task_done().unwrap());
    assert_eq!(queue.join(), Ok(Joined { tasks: 8, dead_letters: 0 }));
}

fn panic_gives_the_task_back() {
    let queue = with(0..2);
    let panics = Process::start(|| {
        std::panic::set_hook(Box::new(|_| {}));
        let lease = queue.get().unwrap();
        panic!("at work on task {}", *lease)
    });
    waiting_for("the end of a process that panics");
    assert_eq!(panics.unwrap().join(), Ok(ExitStatus::Exited(101)));
    for expected in [(0, 2), (1, 1)] {
        let lease = queue.try_get().unwrap();
        assert_eq!(seen(&lease), expected);
        lease.task_done().unwrap();
    }
    assert_eq!(queue.join(), Ok(Joined { tasks: 2, dead_letters: 0 }));
}

fn dead_letter_and_its_slot() {
    let queue = JoinableQueue::builder(1).leases(1).max_deliveries(1).build().unwrap();
    for tasks in (0_u32..30).step_by(3) {
        for number in [tasks, tasks + 1] {
            queue.put(&number).unwrap();
            drop(queue.get().unwrap());
        }
        // The queue is for one queued and one leased task; both places are taken.
        assert_eq!((queue.len(), queue.try_put(&99)), (0, Err(PutError::Full)));
        assert_eq!(queue.join(), Ok(Joined { tasks: u64::from(tasks) + 2, dead_letters: 2 }));
        let waits = Process::start(|| queue.put(&(tasks + 2)).unwrap()).unwrap();
        wait_until_asleep(&waits);
        for number in [tasks, tasks + 1] {
            let dead = queue.take_dead_letter().unwrap().unwrap();
            assert_eq!((dead.task, dead.deliveries), (number.into(), 1));
            assert_eq!(dead.decode(), Ok(number));
        }
        join(&waits);
        let lease = queue.get().unwrap();
        assert_eq!(*lease, tasks + 2);
        lease.task_done().unwrap();
        assert_eq!(queue.join(), Ok(Joined { tasks: u64::from(tasks) + 3, dead_letters: 0 }));
    }
}

fn copied_lease_is_inert() {
    let queue = with(0..2);
    let mut lease = Some(queue.get().unwrap());
    let finishes = Process::start(|| {
        let copy = lease.take().unwrap();
        assert_eq!((*copy, copy.task_done()), (0, Err(TaskDoneError::NotHeld)));
    });
    join(&finishes.unwrap());
    join(&Process::start(|| drop(lease.take())).unwrap());
    let status = queue.unfinished();
    let owner = status.holdings[0].owner.expect("this process holds it");
    assert_eq!(owner.pid(), std::process::id());
    assert_eq!(seen(&queue.get().unwrap()), (1, 1), "nothing was given back");
    lease.unwrap().task_done().unwrap();
    queue.get().unwrap().task_done().unwrap();
    assert_eq!(queue.join(), Ok(Joined { tasks: 2, dead_letters: 0 }));
}

fn grandchild_uses_the_queue() {
    let queue = JoinableQueue::<String>::new(2).unwrap();
    let child = Process::start(|| {
        let grandchild = Process::start(|| {
            let lease = queue.get().unwrap();
            assert_eq!(*lease, "down");
            queue.put(&"up".to_owned()).unwrap();
            lease.task_done().unwrap();
        });
        join(&grandchild.unwrap());
    });
    queue.put(&"down".to_owned()).unwrap();
    join(&child.unwrap());
    let lease = queue.get().unwrap();
    assert_eq!(*lease, "up");
    lease.task_done().unwrap();
    assert_eq!(queue.join(), Ok(Joined { tasks: 2, dead_letters: 0 }));
}

fn closed_is_for_ever() {
    let queue = with(0..2);
    assert!(!queue.is_closed());
    // By another process, and twice: that is no error.
    join(&Process::start(|| queue.close().unwrap()).unwrap());
    queue.close().unwrap();
    assert!(queue.is_closed());
    let late = std::time::Duration::from_millis(1);
    assert_eq!(queue.put(&3), Err(PutError::Closed));
    assert_eq!(queue.try_put(&3), Err(PutError::Closed));
    assert_eq!(queue.put_timeout(&3, late), Err(PutError::Closed));
    assert_eq!(queue.len(), 2);
    for number in 0..2 {
        let lease = queue.get().unwrap();
        assert_eq!(*lease, number);
        lease.task_done().unwrap();
    }
    assert_eq!(queue.get().unwrap_err(), GetError::Closed);
    assert_eq!(queue.try_get().unwrap_err(), GetError::Closed);
    assert_eq!(queue.get_timeout(late).unwrap_err(), GetError::Closed);
    assert_eq!(queue.join(), Ok(Joined { tasks: 2, dead_letters: 0 }));
}

fn closed_waits_for_leased_tasks() {
    let queue = with(0..1);
    let lease = queue.get().unwrap();
    queue.close().unwrap();
    let waits = Process::start(|| {
        assert_eq!(queue.try_get().unwrap_err(), GetError::Empty);
        assert_eq!(queue.get().unwrap_err(), GetError::Closed);
    });
    let waits = waits.unwrap();
    wait_until_asleep(&waits);
    // Who holds the last task itself need not wait for itself.
    assert_eq!(queue.try_get().unwrap_err(), GetError::Closed);
    lease.task_done().unwrap();
    join(&waits);
}

fn closed_waits_for_tasks_that_come_back() {
    let queue = with(0..1);
    let holding = start_holding(&queue);
    queue.close().unwrap();
    assert_eq!(queue.try_get().unwrap_err(), GetError::Empty);
    let waits = Process::start(|| {
        let lease = queue.get().unwrap();
        assert_eq!(seen(&lease), (0, 2));
        lease.task_done().unwrap();
        assert_eq!(queue.get().unwrap_err(), GetError::Closed);
    });
    let waits = waits.unwrap();
    wait_until_asleep(&waits);
    kill(&holding);
    assert_eq!(queue.join_timeout(LONG), Ok(Joined { tasks: 1, dead_letters: 0 }));
    join(&waits);
}
