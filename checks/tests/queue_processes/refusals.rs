//! What the queue refuses, and what it says then; and that a grandchild may use it.

use forkstep::process::Process;
use forkstep::{GetError, Lock, PutError, Queue, Region, RegionError};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;
use serde::{Serialize, Serializer};

use crate::victims::{join, wait_until_asleep};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("close_reaches_those_who_wait", close_reaches_those_who_wait),
        trial("closed_queue_is_drained_first", closed_queue_is_drained_first),
        trial("too_many_locks_would_deadlock", too_many_locks_would_deadlock),
        trial("a_put_within_a_put_is_none", a_put_within_a_put_is_none),
        trial("too_large_says_how_much", too_large_says_how_much),
        trial("capacity_that_cannot_be", capacity_that_cannot_be),
        trial("undecodable_item_comes_back", undecodable_item_comes_back),
        trial("grandchild_uses_the_queue", grandchild_uses_the_queue),
    ]
}

fn close_reaches_those_who_wait() {
    let (empty, full) = (Queue::<u8>::new(1).unwrap(), Queue::<u8>::new(1).unwrap());
    full.put(&1).unwrap();
    let waiting = [0, 1, 2, 3].map(|index| {
        let wait = || match index % 2 {
            0 => assert_eq!(empty.get(), Err(GetError::Closed)),
            _ => assert_eq!(full.put(&2), Err(PutError::Closed)),
        };
        Process::start(wait).unwrap()
    });
    waiting.iter().for_each(wait_until_asleep);
    empty.close().unwrap();
    full.close().unwrap();
    waiting.iter().for_each(join);
    assert_eq!((full.get(), full.get()), (Ok(1), Err(GetError::Closed)));
}

fn closed_queue_is_drained_first() {
    let queue = Queue::new(3).unwrap();
    queue.put(&1).unwrap();
    queue.put(&2).unwrap();
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
    assert_eq!((queue.try_get(), queue.get_timeout(late)), (Ok(1), Ok(2)));
    assert_eq!(queue.get(), Err(GetError::Closed));
    assert_eq!(queue.try_get(), Err(GetError::Closed));
    assert_eq!(queue.get_timeout(late), Err(GetError::Closed));
}

/// No program can be inside a queue when it calls it again; but it can hold too many locks.
fn too_many_locks_would_deadlock() {
    let queue = Queue::new(1).unwrap();
    let locks: Vec<Lock> = {
        let region = Region::anonymous(4 << 20).unwrap();
        (0..4096).map(|_| Lock::new_in(&region).unwrap()).collect()
    };
    let guards: Vec<_> = locks.iter().map_while(|lock| lock.acquire().ok()).collect();
    assert!(guards.len() < locks.len(), "there is a limit");
    assert_eq!(queue.put(&1), Err(PutError::Refused));
    assert_eq!(queue.get(), Err(GetError::Refused));
    assert_eq!(queue.close(), Err(PutError::Refused));
    drop(guards);
    queue.put(&1).unwrap();
    assert_eq!(queue.get(), Ok(1));
}

/// An item that puts another one while it is encoded.
struct Nested<'a>(&'a Queue<u8>);

impl Serialize for Nested<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.put(&1).map_err(serde::ser::Error::custom)?;
        serializer.serialize_u8(2)
    }
}

fn a_put_within_a_put_is_none() {
    let inner = Queue::<u8>::new(2).unwrap();
    let outer = Queue::<Nested<'_>>::new(2).unwrap();
    outer.put(&Nested(&inner)).unwrap();
    assert_eq!((inner.get(), outer.get_bytes()), (Ok(1), Ok(vec![2])));
    inner.close().unwrap();
    // What the encoder says does not reach the queue's user word for word; that it failed does.
    assert!(matches!(outer.put(&Nested(&inner)), Err(PutError::Encode(_))));
    assert!(outer.is_empty());
}

fn too_large_says_how_much() {
    let queue = Queue::<Vec<u8>>::with_capacity(4, 64).unwrap();
    let (len, max) = (57, 56);
    assert_eq!(queue.put_bytes(&[0; 57]), Err(PutError::TooLarge { len, max }));
    // A list is one byte longer when it is encoded.
    let item = vec![7; 56];
    assert_eq!(queue.put(&item), Err(PutError::TooLarge { len, max }));
    assert_eq!(queue.try_put(&item), Err(PutError::TooLarge { len, max }));
    assert!(queue.is_empty());
    queue.put_bytes(&[9; 56]).unwrap();
    assert_eq!(queue.try_put(&Vec::new()), Err(PutError::Full), "no byte is left");
    assert!(!queue.is_full(), "three items are missing");
    assert_eq!(queue.get_bytes(), Ok(vec![9; 56]));
}

fn capacity_that_cannot_be() {
    assert_eq!(Queue::<u8>::new(0).unwrap_err(), RegionError::Empty);
    assert_eq!(Queue::<u8>::with_capacity(1, 0).unwrap_err(), RegionError::Empty);
    for items in [(1 << 29) + 1, usize::MAX] {
        let refused = Queue::<u8>::new(items).unwrap_err();
        assert!(matches!(refused, RegionError::TooLarge { .. }), "{refused}");
    }
    for bytes in [1 << 45, usize::MAX] {
        let refused = Queue::<u8>::with_capacity(1, bytes).unwrap_err();
        assert_eq!(refused, RegionError::TooLarge { bytes, max: 16 * (1 << 30) - 8 }, "{refused}");
    }
}

fn undecodable_item_comes_back() {
    let queue = Queue::<String>::new(4).unwrap();
    for bytes in [&[3, b'a'][..], &[1, 0xff], &[1, b'a', b'b'], &[]] {
        queue.put_bytes(bytes).unwrap();
    }
    for expected in [&[3, b'a'][..], &[1, 0xff], &[1, b'a', b'b'], &[]] {
        match queue.try_get() {
            Err(GetError::Undecodable { bytes, why }) => {
                assert_eq!(bytes, expected);
                assert!(!why.is_empty());
            }
            other => panic!("undecodable is expected, not {other:?}"),
        }
    }
    // Each has been taken, and what comes behind them is as it was.
    queue.put(&"good".to_owned()).unwrap();
    assert_eq!(queue.try_get(), Ok("good".to_owned()));
    assert_eq!(queue.try_get(), Err(GetError::Empty));
}

fn grandchild_uses_the_queue() {
    let queue = Queue::new(2).unwrap();
    let child = Process::start(|| {
        let grandchild = Process::start(|| {
            assert_eq!(queue.get(), Ok("down".to_owned()));
            queue.put(&"up".to_owned()).unwrap();
        });
        join(&grandchild.unwrap());
    });
    queue.put(&"down".to_owned()).unwrap();
    join(&child.unwrap());
    assert_eq!(queue.get(), Ok("up".to_owned()));
}
