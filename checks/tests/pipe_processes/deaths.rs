//! Peers that are killed: while we wait for them, and right after they have sent.

use std::hint;
use std::time::Duration;

use forkstep::atomic::{AtomicU64, Ordering};
use forkstep::pipe::{self, RecvError, SendError};
use forkstep::{BACKSTOP, Process, Region};
use forkstep_checks::backend::processes::stop;
use forkstep_checks::watchdog::{trial, waiting_for};
use libtest_mimic::Trial;

use crate::victims::{join, kill, wait_to_be_killed, wait_until_asleep};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("peer_killed_while_we_receive", peer_killed_while_we_receive),
        trial("peer_killed_while_we_poll", peer_killed_while_we_poll),
        trial("peer_killed_while_we_send", peer_killed_while_we_send),
        trial("peer_killed_after_its_send", peer_killed_after_its_send),
        trial("one_of_two_killed_is_not_gone", one_of_two_killed_is_not_gone),
        trial("stopped_peer_is_not_gone", stopped_peer_is_not_gone),
        trial("receiver_killed_beside_another", receiver_killed_beside_another),
    ]
}

/// Far longer than anything here takes: running out means that it never comes.
const LONG: Duration = Duration::from_secs(20);

fn peer_killed_while_we_receive() {
    for _ in 0..20 {
        let (ours, theirs) = pipe::duplex::<u32, u32>(4096).unwrap();
        let victim = Process::start(|| {
            let _end = theirs;
            wait_to_be_killed()
        });
        let survivor = Process::start(|| {
            let end = ours;
            assert_eq!(end.recv(), Err(RecvError::Eof));
            assert_eq!(end.recv(), Err(RecvError::Eof), "for good");
            assert_eq!(end.try_recv(), Err(RecvError::Eof));
            assert_eq!(end.recv_timeout(LONG), Err(RecvError::Eof));
            assert_eq!(end.send(&1), Err(SendError::PeerGone));
            assert_eq!(end.try_send(&1), Err(SendError::PeerGone));
            assert_eq!(end.send_timeout(&1, LONG), Err(SendError::PeerGone));
        });
        let survivor = survivor.unwrap();
        wait_until_asleep(&survivor);
        kill(&victim.unwrap());
        join(&survivor);
    }
}

fn peer_killed_while_we_poll() {
    let (receiver, sender) = pipe::one_way::<u8>(64).unwrap();
    let victim = Process::start(|| {
        let _end = sender;
        wait_to_be_killed()
    });
    let survivor = Process::start(|| {
        let end = receiver;
        assert!(end.poll(LONG), "the end of the file");
        assert_eq!(end.try_recv(), Err(RecvError::Eof));
    });
    let survivor = survivor.unwrap();
    wait_until_asleep(&survivor);
    kill(&victim.unwrap());
    join(&survivor);
}

fn peer_killed_while_we_send() {
    for _ in 0..20 {
        let (receiver, sender) = pipe::one_way(16).unwrap();
        sender.send(&0_u8).unwrap();
        let victim = Process::start(|| {
            let _end = receiver;
            wait_to_be_killed()
        });
        let survivor = Process::start(|| {
            let end = sender;
            assert_eq!(end.send(&1), Err(SendError::PeerGone));
        });
        let survivor = survivor.unwrap();
        wait_until_asleep(&survivor);
        kill(&victim.unwrap());
        join(&survivor);
    }
}

fn peer_killed_after_its_send() {
    let region = Region::anonymous(64).unwrap();
    let sent = region.place_ref(AtomicU64::new(0)).unwrap();
    for number in 1..=100_u64 {
        let (receiver, sender) = pipe::one_way(64).unwrap();
        let victim = Process::start(|| {
            let end = sender;
            end.send(&number).unwrap();
            sent.store(number, Ordering::Release);
            wait_to_be_killed()
        });
        let victim = victim.unwrap();
        waiting_for("a send to return");
        while sent.load(Ordering::Acquire) != number {
            hint::spin_loop();
        }
        // In half of the cases the item is looked for when its sender is dead and reaped, else
        // while it dies.
        victim.kill().unwrap();
        if number % 2 == 0 {
            kill(&victim);
        }
        assert_eq!(receiver.recv(), Ok(number));
        assert_eq!(receiver.recv(), Err(RecvError::Eof));
        kill(&victim);
    }
}

fn one_of_two_killed_is_not_gone() {
    let (receiver, sender) = pipe::one_way(4096).unwrap();
    let (readies, ready) = pipe::one_way(64).unwrap();
    let senders = [0, 1].map(|_| {
        let process = Process::start(|| {
            ready.send(&()).unwrap();
            wait_to_be_killed()
        });
        process.unwrap()
    });
    drop(sender);
    for () in [(); 2] {
        assert_eq!(readies.recv(), Ok(()));
    }
    kill(&senders[0]);
    assert!(!receiver.poll(Duration::from_millis(1)), "the second is there");
    assert_eq!(receiver.try_recv(), Err::<u8, _>(RecvError::Empty));
    kill(&senders[1]);
    assert_eq!(receiver.recv(), Err(RecvError::Eof));
}

fn stopped_peer_is_not_gone() {
    let (ours, theirs) = pipe::duplex::<u8, u8>(64).unwrap();
    let peer = Process::start(|| {
        ours.close();
        let end = theirs;
        assert_eq!(end.recv(), Err(RecvError::Eof));
    });
    let peer = peer.unwrap();
    wait_until_asleep(&peer);
    stop(&peer);
    assert_eq!(ours.recv_timeout(2 * BACKSTOP), Err(RecvError::Empty));
    ours.send(&1).unwrap();
    kill(&peer);
    assert_eq!(ours.recv(), Err(RecvError::Eof));
}

fn receiver_killed_beside_another() {
    let (receiver, sender) = pipe::one_way(4096).unwrap();
    let start = || {
        Process::start(|| {
            sender.close();
            while receiver.recv().map_err(|error| assert_eq!(error, RecvError::Eof)).is_ok() {}
        })
        .unwrap()
    };
    for number in 0..20_u32 {
        let (victim, survivor) = (start(), start());
        wait_until_asleep(&victim);
        wait_until_asleep(&survivor);
        kill(&victim);
        sender.send(&number).unwrap();
        wait_until_asleep(&survivor);
        kill(&survivor);
    }
    assert_eq!(receiver.try_recv(), Err(RecvError::Empty), "the survivors had them all");
}
