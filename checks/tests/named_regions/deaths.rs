//! What a killed program leaves to those that share nothing with it but a name.

use std::fs;

use forkstep::{AcquireError, JoinableQueue, Lock, NameError, Queue};
use libtest_mimic::Trial;

use crate::names::{named, trial};
use crate::programs::Program;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("lock_of_a_killed_program", lock_of_a_killed_program),
        trial("lies_elsewhere_in_other_programs", lies_elsewhere_in_other_programs),
        trial("waiter_of_another_program", waiter_of_another_program),
        trial("items_of_a_killed_program", items_of_a_killed_program),
        trial("lease_of_a_killed_program", lease_of_a_killed_program),
    ]
}

fn lock_of_a_killed_program() {
    let name = named("lock");
    let lock = Lock::create(&name).unwrap();
    for _ in 0..20 {
        let mut holder = Program::start("hold", &name);
        assert_eq!(holder.line().as_deref(), Some("holds"));
        let pid = holder.pid();
        assert_eq!(lock.owner().map(|owner| owner.pid()), Some(pid));
        assert!(lock.try_acquire().is_err());
        holder.kill();
        match lock.acquire() {
            Err(AcquireError::OwnerDied(guard)) => {
                assert_eq!(guard.dead_owner().map(|owner| owner.pid()), Some(pid));
                drop(guard.mark_consistent());
            }
            other => panic!("an owner died, and this was said: {other:?}"),
        }
    }
}

/// What lies at one address here lies at another there: nothing in shared memory may depend on it.
fn lies_elsewhere_in_other_programs() {
    let name = named("elsewhere");
    let _lock = Lock::create(&name).unwrap();
    let opened = Lock::open(&name).unwrap();
    let mut holder = Program::start("hold", &name);
    assert_eq!(holder.line().as_deref(), Some("holds"));
    let own = std::process::id();
    assert_eq!(opened.owner().map(|owner| owner.pid()), Some(holder.pid()));
    assert_ne!(address_in(own, &name), address_in(holder.pid(), &name));
    holder.kill();
}

/// Where the file of a name is mapped in a process that has opened it.
fn address_in(pid: u32, name: &str) -> String {
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    let end = format!("/forkstep.{name}");
    let line = maps.lines().find(|line| line.ends_with(&end)).expect("it is mapped there");
    line.split_once('-').expect("a range").0.to_owned()
}

fn waiter_of_another_program() {
    let name = named("waited-for");
    let lock = Lock::create(&name).unwrap();
    let guard = lock.acquire().unwrap();
    let mut waiter = Program::start("hold", &name);
    drop(guard);
    assert_eq!(waiter.line().as_deref(), Some("holds"));
    assert_eq!(lock.owner().map(|owner| owner.pid()), Some(waiter.pid()));
    waiter.kill();
    let Err(AcquireError::OwnerDied(guard)) = lock.acquire() else { panic!("its owner died") };
    drop(guard.mark_consistent());
}

fn items_of_a_killed_program() {
    let name = named("items");
    let queue = Queue::<u64>::create(&name, 3).unwrap();
    for _ in 0..10 {
        // It waits for room for the fourth when it is killed.
        let mut producer = Program::start("put", &name);
        let put = [producer.line(), producer.line(), producer.line()].map(Option::unwrap);
        assert_eq!(put, ["0", "1", "2"]);
        assert!(producer.kill().is_empty());
        assert_eq!([queue.try_get(), queue.try_get(), queue.try_get()], [Ok(0), Ok(1), Ok(2)]);
        assert!(queue.is_empty());
    }
    drop(queue);
    assert!(matches!(Queue::<u64>::open(&name), Err(NameError::NotFound { .. })));
}

fn lease_of_a_killed_program() {
    let name = named("tasks");
    let queue = JoinableQueue::<String>::builder(3).max_deliveries(3).create(&name).unwrap();
    queue.put(&"dumpling".to_owned()).unwrap();
    for delivery in 1..=2 {
        let mut consumer = Program::start("lease", &name);
        assert_eq!(consumer.line(), Some(format!("dumpling {delivery}")));
        let holdings = queue.unfinished().holdings;
        assert_eq!(holdings[0].owner.map(|owner| owner.pid()), Some(consumer.pid()));
        consumer.kill();
    }
    let task = queue.get().unwrap();
    assert_eq!((task.as_str(), task.deliveries()), ("dumpling", 3));
    task.task_done().unwrap();
    assert_eq!(queue.join().unwrap().dead_letters, 0);
}
