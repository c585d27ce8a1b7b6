//! The queue that only its bytes bound.

use std::time::Duration;

use forkstep::{GetError, Process, PutError, RegionError, SimpleQueue};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

use crate::victims::{join, kill, wait_until_asleep};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("simple_queue_is_full_when_its_bytes_are", simple_queue_is_full_when_its_bytes_are),
        trial("simple_queue_between_processes", simple_queue_between_processes),
        trial("simple_queue_refuses", simple_queue_refuses),
    ]
}

const MOMENT: Duration = Duration::from_millis(5);

fn simple_queue_is_full_when_its_bytes_are() {
    let queue = SimpleQueue::new(16 * 1000).unwrap();
    for number in 0..1000_u16 {
        queue.try_put(&number).unwrap();
    }
    assert_eq!(queue.try_put(&1000), Err(PutError::Full));
    assert_eq!(queue.put_timeout(&1000, MOMENT), Err(PutError::Full));
    for number in 0..1000 {
        assert_eq!(queue.try_get(), Ok(number));
    }
    assert!(queue.is_empty());
    assert_eq!(queue.try_get(), Err(GetError::Empty));
    assert_eq!(queue.get_timeout(MOMENT), Err(GetError::Empty));
}

fn simple_queue_between_processes() {
    let queue = SimpleQueue::new(64).unwrap();
    let consume = || {
        while let Ok(number) = queue.get() {
            assert!(number < 100_u32);
        }
        assert_eq!(queue.get(), Err(GetError::Closed));
    };
    let [victim, survivor] = [0, 1].map(|_| Process::start(consume).unwrap());
    wait_until_asleep(&victim);
    kill(&victim);
    (0..100).for_each(|number| queue.put(&number).unwrap());
    queue.clone().close().unwrap();
    join(&survivor);
    assert!(queue.is_closed() && queue.is_empty());
    assert_eq!(queue.put(&1), Err(PutError::Closed));
}

fn simple_queue_refuses() {
    assert_eq!(SimpleQueue::<u8>::new(0).unwrap_err(), RegionError::Empty);
    let refused = SimpleQueue::<u8>::new(1 << 45).unwrap_err();
    assert!(matches!(refused, RegionError::TooLarge { .. }), "{refused}");
    let queue = SimpleQueue::new(16).unwrap();
    assert_eq!(queue.put(&[0_u8; 9]), Err(PutError::TooLarge { len: 9, max: 8 }));
    queue.put(&[0_u8; 9]).unwrap_err();
    assert!(queue.is_empty());
}
