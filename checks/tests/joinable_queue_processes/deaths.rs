//! Consumers that are killed with a task in hand or while they wait for one, and producers that are
//! killed right after a put.

use std::thread;
use std::time::{Duration, Instant};

use forkstep::atomic::{AtomicU64, Ordering};
use forkstep::process::Process;
use forkstep::{Holding, JoinError, JoinableQueue, Joined, Region, Unfinished};
use forkstep_checks::watchdog::{trial, waiting_for};
use libtest_mimic::Trial;

use crate::victims::{join, kill, wait_to_be_killed, wait_until_asleep};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("another_does_the_task_of_a_killed_consumer", another_does_the_task),
        trial("join_names_who_holds_what", join_names_who_holds_what),
        trial("consumer_killed_while_it_waits", consumer_killed_while_it_waits),
        trial("producer_killed_after_its_put", producer_killed_after_its_put),
        trial("task_that_kills_its_consumers", task_that_kills_its_consumers),
        trial("join_waits_for_the_task_of_the_dead", join_waits_for_the_task_of_the_dead),
    ]
}

/// Far longer than anything here takes: running out means that it never comes.
pub(crate) const LONG: Duration = Duration::from_secs(20);
/// A generous bound on what one scheduling delay can be.
const OVERRUN: Duration = Duration::from_millis(200);

/// Starts a process that gets a task and holds it until it is killed; returns when it holds it.
pub(crate) fn start_holding(queue: &JoinableQueue<u32>) -> Process {
    let region = Region::anonymous(64).unwrap();
    let holds = region.place_ref(AtomicU64::new(0)).unwrap();
    let process = Process::start(|| {
        let _lease = queue.get().unwrap();
        holds.store(1, Ordering::Release);
        wait_to_be_killed()
    });
    wait_for(holds, 1, "a task to be got");
    process.unwrap()
}

/// Without a sleep, so that little time passes before the next step.
fn wait_for(word: &AtomicU64, value: u64, what: &str) {
    waiting_for(what);
    while word.load(Ordering::Acquire) != value {
        thread::yield_now();
    }
}

fn another_does_the_task() {
    let queue = JoinableQueue::new(4).unwrap();
    for number in 0..50_u32 {
        queue.put(&number).unwrap();
        kill(&start_holding(&queue));
        let another = Process::start(|| {
            let lease = queue.get_timeout(LONG).unwrap();
            assert_eq!((*lease, lease.number(), lease.deliveries()), (number, number.into(), 2));
            lease.task_done().unwrap();
        });
        let tasks = u64::from(number) + 1;
        assert_eq!(queue.join_timeout(LONG), Ok(Joined { tasks, dead_letters: 0 }));
        join(&another.unwrap());
    }
}

fn join_names_who_holds_what() {
    let queue = JoinableQueue::new(4).unwrap();
    (0..3).for_each(|number| queue.put(&number).unwrap());
    let (dead, living) = (start_holding(&queue), start_holding(&queue));
    kill(&dead);
    let timeout = Duration::from_millis(30);
    let start = Instant::now();
    let Err(JoinError::TimedOut(status)) = queue.join_timeout(timeout) else {
        panic!("join returns although nothing is done");
    };
    let overrun = start.elapsed().checked_sub(timeout).expect("the whole time is waited");
    assert!(overrun < OVERRUN, "join overran its time by {overrun:?}");
    let [of_the_dead, of_the_living] = status.holdings.as_slice() else { panic!("{status}") };
    assert_eq!(*of_the_dead, Holding { task: 0, owner: None, deliveries: 1 });
    let pid = of_the_living.owner.map(|owner| owner.pid());
    assert_eq!(pid, Some(living.pid().cast_unsigned()), "{status}");
    assert_eq!((of_the_living.task, of_the_living.deliveries), (1, 1), "{status}");
    assert_eq!((status.queued, status.dead_letters), (1, 0), "{status}");
    let text = format!(
        "1 queued, task 0 held by nobody who lives, task 1 held by process {}, 0 dead letters",
        living.pid()
    );
    assert_eq!(status.to_string(), text);
    kill(&living);
    let numbers = [(); 3].map(|()| {
        let lease = queue.get_timeout(LONG).unwrap();
        let number = *lease;
        lease.task_done().unwrap();
        number
    });
    // Orphans of the dead are found in passing, in whatever order they are passed.
    assert_eq!(numbers.iter().sum::<u32>(), 3, "{numbers:?}");
    assert_eq!(queue.join(), Ok(Joined { tasks: 3, dead_letters: 0 }));
    assert_eq!(queue.unfinished(), Unfinished::default());
}

fn consumer_killed_while_it_waits() {
    let queue = JoinableQueue::new(4).unwrap();
    for number in 0..50_u32 {
        let victim = Process::start(|| queue.get().map(|_| ()).map_err(|e| e.to_string())).unwrap();
        wait_until_asleep(&victim);
        kill(&victim);
        queue.put(&number).unwrap();
        let lease = queue.get_timeout(LONG).unwrap();
        assert_eq!((*lease, lease.deliveries()), (number, 1));
        lease.task_done().unwrap();
    }
    assert_eq!(queue.join(), Ok(Joined { tasks: 50, dead_letters: 0 }));
}

fn producer_killed_after_its_put() {
    let queue = JoinableQueue::new(1).unwrap();
    let region = Region::anonymous(64).unwrap();
    let put = region.place_ref(AtomicU64::new(0)).unwrap();
    for number in 1..=100_u32 {
        let victim = Process::start(|| {
            queue.put(&number).unwrap();
            put.store(u64::from(number), Ordering::Release);
            wait_to_be_killed()
        });
        wait_for(put, number.into(), "a put to return");
        kill(&victim.unwrap());
        let lease = queue.get_timeout(LONG).unwrap();
        assert_eq!(*lease, number);
        lease.task_done().unwrap();
    }
    assert_eq!(queue.join(), Ok(Joined { tasks: 100, dead_letters: 0 }));
}

fn task_that_kills_its_consumers() {
    let queue = JoinableQueue::builder(1).leases(1).max_deliveries(3).build().unwrap();
    for task in 0..20_u32 {
        queue.put(&task).unwrap();
        for deliveries in 1..=3 {
            kill(&start_holding(&queue));
            let status = queue.unfinished();
            let holding = Holding { task: task.into(), owner: None, deliveries };
            assert_eq!(status.holdings, [holding]);
        }
        // Whoever joins finds that nobody may get it any more.
        let tasks = u64::from(task) + 1;
        assert_eq!(queue.join_timeout(LONG), Ok(Joined { tasks, dead_letters: 1 }));
        // With a dead letter, one slot is left, and with a task in it, none.
        let dead = queue.take_dead_letter().unwrap().expect("join says so");
        assert_eq!((dead.task, dead.deliveries, dead.decode()), (task.into(), 3, Ok(task)));
        assert_eq!(queue.take_dead_letter(), Ok(None));
        assert_eq!(queue.join(), Ok(Joined { tasks, dead_letters: 0 }));
    }
}

fn join_waits_for_the_task_of_the_dead() {
    let queue = JoinableQueue::new(4).unwrap();
    queue.put(&7).unwrap();
    let holding = start_holding(&queue);
    let joins = Process::start(|| {
        assert_eq!(queue.join(), Ok(Joined { tasks: 1, dead_letters: 0 }));
    });
    let joins = joins.unwrap();
    wait_until_asleep(&joins);
    kill(&holding);
    assert!(joins.is_alive());
    queue.get_timeout(LONG).unwrap().task_done().unwrap();
    join(&joins);
}
