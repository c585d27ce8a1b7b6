//! What the queue of tasks refuses, and what it says then.

use forkstep::{
    GetError, JoinError, JoinableQueue, Joined, Lock, PutError, Region, RegionError, TaskDoneError,
};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("undecodable_task_is_a_dead_letter", undecodable_task_is_a_dead_letter),
        trial("too_large_says_how_much", too_large_says_how_much),
        trial("full_by_tasks_or_by_leases", full_by_tasks_or_by_leases),
        trial("size_that_cannot_be", size_that_cannot_be),
        trial("too_many_locks_are_refused", too_many_locks_are_refused),
    ]
}

/// A task whose encoding says nothing of a task.
#[derive(Debug)]
struct Odd(u8);

impl Serialize for Odd {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.0)
    }
}

impl<'de> Deserialize<'de> for Odd {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u8::deserialize(deserializer)? {
            0 => Err(serde::de::Error::custom("nothing")),
            some => Ok(Self(some)),
        }
    }
}

fn undecodable_task_is_a_dead_letter() {
    let queue = JoinableQueue::<Odd>::new(4).unwrap();
    [0, 7, 0].iter().for_each(|number| queue.put(&Odd(*number)).unwrap());
    for _ in 0..2 {
        match queue.try_get() {
            Err(GetError::Undecodable { bytes, why }) => {
                assert_eq!(bytes, [0]);
                assert!(!why.is_empty());
            }
            Ok(lease) => {
                assert_eq!((lease.0, lease.deliveries()), (7, 1));
                lease.task_done().unwrap();
            }
            other => panic!("undecodable is expected, not {other:?}"),
        }
    }
    assert!(matches!(queue.try_get(), Err(GetError::Undecodable { .. })));
    assert_eq!(queue.try_get().unwrap_err(), GetError::Empty);
    assert_eq!(queue.join(), Ok(Joined { tasks: 3, dead_letters: 2 }));
    for task in [0, 2] {
        let dead = queue.take_dead_letter().unwrap().unwrap();
        assert_eq!((dead.task, dead.deliveries, dead.bytes.as_slice()), (task, 1, &[0][..]));
        assert!(matches!(dead.decode::<Odd>(), Err(GetError::Undecodable { .. })));
    }
    assert_eq!(queue.join(), Ok(Joined { tasks: 3, dead_letters: 0 }));
}

fn too_large_says_how_much() {
    let queue = JoinableQueue::<Vec<u8>>::builder(4).task_bytes(64).build().unwrap();
    let (len, max) = (65, 64);
    // A list is one byte longer when it is encoded.
    let task = vec![7; 64];
    assert_eq!(queue.put(&task), Err(PutError::TooLarge { len, max }));
    assert_eq!(queue.try_put(&task), Err(PutError::TooLarge { len, max }));
    assert!(queue.is_empty());
    queue.put(&vec![9; 63]).unwrap();
    queue.put(&Vec::new()).unwrap();
    for task in [vec![9; 63], Vec::new()] {
        let lease = queue.get().unwrap();
        assert_eq!(*lease, task);
        lease.task_done().unwrap();
    }
    assert_eq!(queue.join(), Ok(Joined { tasks: 2, dead_letters: 0 }));
}

fn full_by_tasks_or_by_leases() {
    let late = std::time::Duration::from_millis(1);
    let queue = JoinableQueue::builder(2).leases(1).build().unwrap();
    [0, 1].iter().for_each(|number| queue.put(number).unwrap());
    assert!(queue.is_full());
    assert_eq!(queue.try_put(&2), Err(PutError::Full));
    let first = queue.get().unwrap();
    queue.put(&2).unwrap();
    assert_eq!(queue.put_timeout(&3, late), Err(PutError::Full));
    let second = queue.get().unwrap();
    assert!(!queue.is_full());
    // Two are held, although one more than is queued was said to be enough.
    assert_eq!(queue.put_timeout(&3, late), Err(PutError::Full));
    first.task_done().unwrap();
    queue.put(&3).unwrap();
    assert_eq!((*second, queue.len()), (1, 2));
}

fn size_that_cannot_be() {
    let empty = [
        JoinableQueue::<u8>::builder(0),
        JoinableQueue::builder(1).leases(0),
        JoinableQueue::builder(1).task_bytes(0),
    ];
    for builder in empty {
        assert_eq!(builder.build().unwrap_err(), RegionError::Empty);
    }
    let beyond = [
        JoinableQueue::<u8>::builder((1 << 24) + 1),
        JoinableQueue::builder(usize::MAX),
        JoinableQueue::builder(1).leases(usize::MAX),
        JoinableQueue::builder(1).task_bytes(usize::MAX),
        JoinableQueue::builder(1 << 16).task_bytes(1 << 45),
    ];
    for builder in beyond {
        let refused = builder.build().unwrap_err();
        let expected =
            matches!(refused, RegionError::TooLarge { .. } | RegionError::NoMemory { .. });
        assert!(expected, "{refused}");
    }
    // 0 is taken for 1.
    let once = JoinableQueue::builder(1).max_deliveries(0).build().unwrap();
    once.put(&1).unwrap();
    drop(once.get().unwrap());
    assert_eq!(once.join(), Ok(Joined { tasks: 1, dead_letters: 1 }));
}

fn too_many_locks_are_refused() {
    let queue = JoinableQueue::new(2).unwrap();
    queue.put(&1).unwrap();
    let lease = queue.get().unwrap();
    let locks: Vec<Lock> = {
        let region = Region::anonymous(4 << 20).unwrap();
        (0..4096).map(|_| Lock::new_in(&region).unwrap()).collect()
    };
    let guards: Vec<_> = locks.iter().map_while(|lock| lock.acquire().ok()).collect();
    assert!(guards.len() < locks.len(), "there is a limit");
    assert_eq!(queue.put(&2), Err(PutError::Refused));
    assert_eq!(queue.get().unwrap_err(), GetError::Refused);
    assert_eq!(queue.join(), Err(JoinError::Refused));
    assert_eq!(queue.take_dead_letter(), Err(GetError::Refused));
    assert_eq!(lease.task_done(), Err(TaskDoneError::Refused));
    drop(guards);
    // So it was given back.
    let lease = queue.get().unwrap();
    assert_eq!((*lease, lease.deliveries()), (1, 2));
    lease.task_done().unwrap();
    assert_eq!(queue.join(), Ok(Joined { tasks: 1, dead_letters: 0 }));
}
