//! Ends in use: several processes on one, polls, time-outs, ends that are closed and split.

use std::time::{Duration, Instant};

use forkstep::atomic::{AtomicU64, Ordering};
use forkstep::pipe::{self, Receiver, RecvError, SendError};
use forkstep::{Process, Region};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

use crate::victims::{join, wait_until_asleep};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("two_processes_receive_on_one_end", two_processes_receive_on_one_end),
        trial("two_processes_send_on_one_end", two_processes_send_on_one_end),
        trial("both_directions_at_once", both_directions_at_once),
        trial("poll_says_whether_a_receive_would_wait", poll_says_whether_a_receive_would_wait),
        trial("poll_is_woken", poll_is_woken),
        trial("time_outs_are_kept", time_outs_are_kept),
        trial("room_wakes_a_sender", room_wakes_a_sender),
        trial("closed_end_is_closed_here_alone", closed_end_is_closed_here_alone),
        trial("split_end_is_gone_with_its_last_half", split_end_is_gone_with_its_last_half),
    ]
}

/// Far longer than anything here takes: running out means that it never comes.
const LONG: Duration = Duration::from_secs(20);
const MOMENT: Duration = Duration::from_millis(5);

const ITEMS: usize = 1000;

/// Receives until the end of the file, and counts what it gets.
fn count(receiver: &Receiver<usize>, counts: &[AtomicU64; ITEMS]) {
    let mut last = None;
    loop {
        match receiver.recv() {
            Ok(number) => {
                assert!(last < Some(number), "{number} after {last:?}");
                counts[number].fetch_add(1, Ordering::Relaxed);
                last = Some(number);
            }
            Err(error) => return assert_eq!(error, RecvError::Eof),
        }
    }
}

fn two_processes_receive_on_one_end() {
    let region = Region::anonymous(16 * ITEMS).unwrap();
    let counts = region.place_ref([const { AtomicU64::new(0) }; ITEMS]).unwrap();
    let (receiver, sender) = pipe::one_way(256).unwrap();
    let receivers = [0, 1].map(|_| {
        let process = Process::start(|| {
            sender.close();
            count(&receiver, counts);
        });
        process.unwrap()
    });
    (0..ITEMS).for_each(|number| sender.send(&number).unwrap());
    drop(sender);
    receivers.iter().for_each(join);
    assert!(counts.iter().all(|count| count.load(Ordering::Relaxed) == 1));
}

fn two_processes_send_on_one_end() {
    let (receiver, sender) = pipe::one_way(256).unwrap();
    let senders = [0, 1].map(|me| {
        let sender = &sender;
        let send = move || (0..ITEMS).for_each(|number| sender.send(&(me, number)).unwrap());
        Process::start(send).unwrap()
    });
    drop(sender);
    let mut next = [0, 0];
    loop {
        match receiver.recv() {
            Ok((me, number)) => {
                assert_eq!(number, next[me], "of P{me}");
                next[me] += 1;
            }
            Err(error) => break assert_eq!(error, RecvError::Eof),
        }
    }
    assert_eq!(next, [ITEMS; 2]);
    senders.iter().for_each(join);
}

fn both_directions_at_once() {
    let (ours, theirs) = pipe::duplex::<u32, String>(64).unwrap();
    let child = Process::start(|| {
        ours.close();
        let end = theirs;
        while let Ok(number) = end.recv() {
            end.send(&format!("{}", number + 1)).unwrap();
        }
    });
    for number in 0..ITEMS as u32 {
        ours.send(&number).unwrap();
        assert_eq!(ours.recv(), Ok((number + 1).to_string()));
    }
    drop(ours);
    join(&child.unwrap());
}

fn poll_says_whether_a_receive_would_wait() {
    let (receiver, sender) = pipe::one_way(64).unwrap();
    assert!(!receiver.poll(Duration::ZERO));
    let start = Instant::now();
    assert!(!receiver.poll(MOMENT));
    assert!(start.elapsed() >= MOMENT, "not before its time");
    sender.send(&7).unwrap();
    assert!(receiver.poll(Duration::ZERO) && receiver.poll(LONG), "and takes nothing");
    assert_eq!(receiver.recv(), Ok(7));
    assert!(!receiver.poll(Duration::ZERO));
    sender.send(&8).unwrap();
    drop(sender);
    assert!(receiver.poll(Duration::ZERO));
    assert_eq!(receiver.recv(), Ok(8));
    assert!(receiver.poll(Duration::ZERO), "the end of the file");
    assert_eq!(receiver.recv(), Err(RecvError::Eof));
    receiver.close();
    assert!(receiver.poll(LONG), "a receive would say that the end is closed");
}

fn poll_is_woken() {
    let (receiver, sender) = pipe::one_way(64).unwrap();
    for wake in
        [|end: &pipe::Sender<u8>| end.send(&1).unwrap(), |end: &pipe::Sender<u8>| end.close()]
    {
        let poller = Process::start(|| {
            sender.close();
            assert!(receiver.poll(LONG));
        });
        let poller = poller.unwrap();
        wait_until_asleep(&poller);
        wake(&sender);
        join(&poller);
        let _ = receiver.try_recv();
    }
}

fn time_outs_are_kept() {
    let (receiver, sender) = pipe::one_way(16).unwrap();
    assert_eq!(receiver.try_recv(), Err(RecvError::Empty));
    let start = Instant::now();
    assert_eq!(receiver.recv_timeout(MOMENT), Err(RecvError::Empty));
    assert!(start.elapsed() >= MOMENT, "not before its time");
    sender.try_send(&1_u8).unwrap();
    assert_eq!(sender.try_send(&2), Err(SendError::Full));
    let start = Instant::now();
    assert_eq!(sender.send_timeout(&2, MOMENT), Err(SendError::Full));
    assert!(start.elapsed() >= MOMENT, "not before its time");
    assert_eq!(receiver.recv_timeout(Duration::MAX), Ok(1));
    sender.send_timeout(&3, Duration::MAX).unwrap();
    assert_eq!(receiver.recv_timeout(Duration::ZERO), Ok(3));
}

fn room_wakes_a_sender() {
    let (receiver, sender) = pipe::one_way(16).unwrap();
    sender.send(&1_u8).unwrap();
    let waiting = Process::start(|| sender.send(&2).map_err(|error| error.to_string())).unwrap();
    wait_until_asleep(&waiting);
    assert_eq!(receiver.recv(), Ok(1));
    join(&waiting);
    assert_eq!(receiver.recv(), Ok(2));
}

fn closed_end_is_closed_here_alone() {
    let (ours, theirs) = pipe::duplex::<u8, u8>(64).unwrap();
    let (go, gone) = pipe::one_way::<()>(64).unwrap();
    let child = Process::start(|| {
        gone.close();
        assert_eq!(go.recv(), Err(RecvError::Eof));
        ours.send(&5).unwrap();
    });
    let clone = ours.clone();
    ours.close();
    for end in [&ours, &clone] {
        assert_eq!(end.send(&1), Err(SendError::Closed));
        assert_eq!(end.send_bytes(&[]), Err(SendError::Closed));
        assert_eq!(end.recv(), Err(RecvError::Closed));
        assert_eq!(end.try_recv(), Err(RecvError::Closed));
    }
    assert_eq!(theirs.try_recv(), Err(RecvError::Empty), "the child has it open");
    theirs.send(&6).unwrap();
    drop(gone);
    assert_eq!(theirs.recv(), Ok(5));
    assert_eq!(theirs.recv(), Err(RecvError::Eof));
    assert_eq!(theirs.send(&6), Err(SendError::PeerGone));
    join(&child.unwrap());
}

fn split_end_is_gone_with_its_last_half() {
    let (ours, theirs) = pipe::duplex::<u8, u8>(64).unwrap();
    let (sender, receiver) = ours.into_split();
    sender.send(&1).unwrap();
    drop(sender);
    assert_eq!(theirs.recv(), Ok(1));
    assert_eq!(theirs.try_recv(), Err(RecvError::Empty), "half of it is there");
    theirs.send(&2).unwrap();
    assert_eq!(receiver.recv(), Ok(2));
    drop(receiver);
    assert_eq!(theirs.recv(), Err(RecvError::Eof));
    assert_eq!(theirs.send(&3), Err(SendError::PeerGone));
}
