//! Making what has a name: one of many makes it, for its user alone, and half of it is never seen.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Instant;

use forkstep::inspect::{LockState, Sight, inspect};
use forkstep::named::{list, unlink};
use forkstep::{Array, JoinableQueue, Lock, NameError, Queue, SimpleQueue, Value};
use libtest_mimic::Trial;

use crate::calls::set_umask;
use crate::names::{named, path_of, trial};
use crate::programs::{ITEMS, Program, spin};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("one_of_many_creators_creates", one_of_many_creators_creates),
        trial("creator_killed_at_any_moment", creator_killed_at_any_moment),
        trial("for_the_user_alone", for_the_user_alone),
        trial("parameters_are_found_again", parameters_are_found_again),
        trial("values_are_there_with_the_name", values_are_there_with_the_name),
        trial("opened_or_created", opened_or_created),
        trial("listed_and_unlinked", listed_and_unlinked),
    ]
}

const CREATORS: usize = 8;
const RACES: usize = 12;

fn one_of_many_creators_creates() {
    for race in 0..RACES {
        let name = named(&format!("race.{race}"));
        let (mut creators, gate) = Program::start_many("create-at-once", &name, CREATORS);
        drop(gate);
        let said: Vec<_> = creators.iter_mut().map(|creator| creator.line().unwrap()).collect();
        let created = said.iter().filter(|line| *line == "created").count();
        let exists = format!("something has the name '{name}' already");
        let refused = said.iter().filter(|line| **line == exists).count();
        assert_eq!((created, refused), (1, CREATORS - 1), "{said:?}");
        // The owner is killed with the others.
        drop(creators);
        unlink(&name).unwrap();
    }
}

const KILLS: u32 = 100;
/// The killer waits up to so many times the length of one creation.
const STEPS: u32 = 37;

fn creator_killed_at_any_moment() {
    let name = named("half");
    let start = Instant::now();
    drop(JoinableQueue::<u64>::create(&name, ITEMS).unwrap());
    let length = start.elapsed();
    let mut found = 0;
    for kill in 0..KILLS {
        let mut creator = Program::start("create-again-and-again", &name);
        assert_eq!(creator.line().as_deref(), Some("ready"));
        spin(length * (kill % STEPS) / STEPS * 2);
        creator.kill();
        match JoinableQueue::<u64>::open(&name) {
            Err(NameError::NotFound { .. }) => {}
            Err(error) => panic!("kill {kill}: half of a region was found: {error}"),
            Ok(mut queue) => {
                found += 1;
                assert!(queue.is_empty() && queue.capacity() == ITEMS, "kill {kill}");
                (0..ITEMS as u64).for_each(|task| queue.put(&task).unwrap());
                for task in 0..ITEMS as u64 {
                    let lease = queue.try_get().unwrap();
                    assert_eq!(*lease, task);
                    lease.task_done().unwrap();
                }
                assert!(queue.adopt().unwrap(), "kill {kill}: the owner was killed");
            }
        }
        let next = JoinableQueue::<u64>::create(&name, ITEMS).unwrap();
        assert!(next.is_owner(), "kill {kill}");
    }
    println!("{KILLS} creators killed, each within {:?}: {found} left a name", length * 2);
}

fn for_the_user_alone() {
    let name = named("alone");
    // Whatever the process would take away from it.
    set_umask(0o777);
    let lock = Lock::create(&name).unwrap();
    let mode = fs::metadata(path_of(&name)).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
    drop(lock);
}

fn parameters_are_found_again() {
    let names = ["q", "s", "j"].map(named);
    let queue = Queue::<u8>::create_with_capacity(&names[0], 3, 100).unwrap();
    let simple = SimpleQueue::<u8>::create(&names[1], 100).unwrap();
    let tasks = JoinableQueue::<u8>::builder(3).leases(1).task_bytes(9).max_deliveries(2);
    let tasks = tasks.create(&names[2]).unwrap();
    let queue_again = Queue::<u8>::open(&names[0]).unwrap();
    assert_eq!((queue_again.capacity(), queue.capacity()), (3, 3));
    queue.put(&7).unwrap();
    assert_eq!(queue_again.get(), Ok(7));
    let simple_again = SimpleQueue::<u8>::open(&names[1]).unwrap();
    let put = (0..100).take_while(|n| simple.try_put(n).is_ok()).count();
    let got = std::iter::from_fn(|| simple_again.try_get().ok()).count();
    assert_eq!((put, got), (6, 6), "100 bytes are 104, six records of 16");
    let tasks_again = JoinableQueue::<u8>::open(&names[2]).unwrap();
    tasks.put(&9).unwrap();
    for delivery in 1..=2 {
        assert_eq!(tasks_again.get().unwrap().deliveries(), delivery);
    }
    assert_eq!(tasks.join().unwrap().dead_letters, 1);
}

fn values_are_there_with_the_name() {
    let names = ["value", "array"].map(named);
    let value = Value::create(&names[0], [1.5, 2.5]).unwrap();
    let array = Array::create(&names[1], 3, 7_u8).unwrap();
    let value_again = Value::<[f64; 2]>::open(&names[0]).unwrap();
    let array_again = Array::<u8>::open_or_create(&names[1], 9, 9).unwrap();
    assert_eq!((value_again.get(), array_again.len()), ([1.5, 2.5], 3));
    assert_eq!(array_again.iter().collect::<Vec<_>>(), [7, 7, 7]);
    value_again.set([3.5, 4.5]).unwrap();
    array_again.set(2, 8).unwrap();
    assert_eq!((value.get(), array.get(2)), ([3.5, 4.5], Ok(8)));
    let _guard = value.lock().unwrap();
    let (seen, all) = (inspect(&names[0]).unwrap(), inspect(&names[1]).unwrap());
    let (Sight::Values(seen), Sight::Values(all)) = (seen.sight, all.sight) else {
        panic!("both hold values")
    };
    assert_eq!((seen.len, seen.value_bytes, seen.lock.state), (1, 16, LockState::Held));
    assert_eq!((all.len, all.value_bytes, all.lock.state), (3, 1, LockState::Free));
}

fn opened_or_created() {
    let name = named("either");
    let first = Queue::<u8>::open_or_create(&name, 3).unwrap();
    let second = Queue::<u8>::open_or_create(&name, 5).unwrap();
    assert!(first.is_owner() && !second.is_owner());
    assert_eq!(second.capacity(), 3);
    let wrong = Lock::open_or_create(&name).unwrap_err();
    assert!(matches!(wrong, NameError::OtherKind { .. }), "{wrong}");
}

fn listed_and_unlinked() {
    let (own, orphan) = (named("listed.own"), named("listed.orphan"));
    let queue = Queue::<u8>::create(&own, 3).unwrap();
    let mut lock = Lock::create(&orphan).unwrap();
    lock.keep().unwrap();
    let mine = || {
        let mut all = list().unwrap();
        all.retain(|listed| listed.name.starts_with(&named("listed.")));
        let line = |listed: forkstep::named::Listed| {
            let region = listed.region.unwrap();
            format!("{} {} {}", listed.name, region.kind, region.owned)
        };
        all.into_iter().map(line).collect::<Vec<_>>()
    };
    assert_eq!(mine(), [format!("{orphan} lock false"), format!("{own} queue true")]);
    unlink(&orphan).unwrap();
    assert_eq!(unlink(&orphan), Err(NameError::NotFound { name: orphan }));
    assert_eq!(mine(), [format!("{own} queue true")]);
    drop(queue);
    assert!(mine().is_empty());
}
