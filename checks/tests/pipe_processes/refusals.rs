//! What a pipe refuses, and what it says then.

#![allow(unsafe_code, reason = "a limit on descriptors is set by a raw call")]

use std::fs::File;
use std::iter;

use forkstep::pipe::{self, RecvError, SendError};
use forkstep::{Lock, Region, RegionError};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("size_that_cannot_be", size_that_cannot_be),
        trial("no_descriptor_for_a_pipe", no_descriptor_for_a_pipe),
        trial("too_large_to_send_says_how_much", too_large_to_send_says_how_much),
        trial("zero_bytes_are_an_item", zero_bytes_are_an_item),
        trial("undecodable_item_is_received_as_bytes", undecodable_item_is_received_as_bytes),
        trial("too_many_locks_refuse_the_pipe", too_many_locks_refuse_the_pipe),
    ]
}

fn size_that_cannot_be() {
    assert_eq!(pipe::one_way::<u8>(0).unwrap_err(), RegionError::Empty);
    assert_eq!(pipe::duplex::<u8, u8>(0).unwrap_err(), RegionError::Empty);
    for bytes in [1 << 45, usize::MAX] {
        let refused = pipe::duplex::<u8, u8>(bytes).unwrap_err();
        assert!(matches!(refused, RegionError::TooLarge { .. }), "{refused}");
        let refused = pipe::one_way::<u8>(bytes).unwrap_err();
        assert!(matches!(refused, RegionError::TooLarge { .. }), "{refused}");
    }
}

fn no_descriptor_for_a_pipe() {
    let limit = libc::rlimit { rlim_cur: 64, rlim_max: 64 };
    // SAFETY: the pointer is valid for the length of the call; the test has a process of its own.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) }, 0);
    let mut taken: Vec<File> = iter::from_fn(|| File::open("/dev/null").ok()).collect();
    // Room for the memory, which needs it for a moment, and for one line of the two.
    taken.truncate(taken.len() - 3);
    for _ in 0..3 {
        let refused = pipe::one_way::<u8>(64).unwrap_err();
        assert_eq!(refused, RegionError::Os { call: "pipe2", errno: libc::EMFILE });
    }
    taken.pop();
    pipe::one_way::<u8>(64).unwrap();
}

fn too_large_to_send_says_how_much() {
    let (receiver, sender) = pipe::one_way::<Vec<u8>>(64).unwrap();
    let (len, max) = (57, 56);
    assert_eq!(sender.send_bytes(&[0; 57]), Err(SendError::TooLarge { len, max }));
    // A list is one byte longer when it is encoded.
    let item = vec![7; 56];
    assert_eq!(sender.send(&item), Err(SendError::TooLarge { len, max }));
    assert_eq!(sender.try_send(&item), Err(SendError::TooLarge { len, max }));
    assert_eq!(receiver.try_recv(), Err(RecvError::Empty));
    sender.send_bytes(&[9; 56]).unwrap();
    assert_eq!(sender.try_send(&Vec::new()), Err(SendError::Full), "no byte is left");
    assert_eq!(receiver.recv_bytes(), Ok(vec![9; 56]));
    drop(receiver);
    assert_eq!(sender.send(&item), Err(SendError::PeerGone), "whatever it is");
}

fn zero_bytes_are_an_item() {
    let (receiver, sender) = pipe::one_way(64).unwrap();
    sender.send_bytes(&[]).unwrap();
    sender.send(&()).unwrap();
    drop(sender);
    assert_eq!(receiver.recv_bytes(), Ok(Vec::new()), "not the end of the file");
    assert_eq!(receiver.recv(), Ok(()));
    assert_eq!(receiver.recv(), Err(RecvError::Eof));
}

fn undecodable_item_is_received_as_bytes() {
    let (ours, theirs) = pipe::duplex::<String, u8>(256).unwrap();
    for bytes in [&[3, b'a'][..], &[1, 0xff], &[1, b'a', b'b'], &[]] {
        ours.send_bytes(bytes).unwrap();
        match theirs.recv() {
            Err(RecvError::Undecodable { bytes: received, why }) => {
                assert_eq!(received, bytes);
                assert!(!why.is_empty());
            }
            other => panic!("undecodable is expected, not {other:?}"),
        }
    }
    ours.send(&"good".to_owned()).unwrap();
    assert_eq!(theirs.recv(), Ok("good".to_owned()));
}

fn too_many_locks_refuse_the_pipe() {
    let (receiver, sender) = pipe::one_way(64).unwrap();
    let region = Region::anonymous(4 << 20).unwrap();
    let locks: Vec<Lock> = (0..4096).map(|_| Lock::new_in(&region).unwrap()).collect();
    let guards: Vec<_> = locks.iter().map_while(|lock| lock.acquire().ok()).collect();
    assert!(guards.len() < locks.len(), "there is a limit");
    assert_eq!(sender.send(&1), Err(SendError::Refused));
    assert_eq!(receiver.recv(), Err(RecvError::Refused));
    drop(sender);
    drop(guards);
    assert_eq!(receiver.recv(), Err(RecvError::Eof), "also where the queue could not be closed");
}
