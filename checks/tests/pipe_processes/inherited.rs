//! What forks do to ends: who holds them, who has to close them, and that nothing stays open.

#![allow(unsafe_code, reason = "the test process itself reaps the orphan that it adopts")]

use std::fs;

use forkstep::Process;
use forkstep::pipe::{self, RecvError, SendError};
use forkstep_checks::watchdog::{trial, waiting_for};
use libtest_mimic::Trial;

use crate::victims::{join, kill, wait_to_be_killed, wait_until_asleep};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("end_moved_into_a_child_is_gone_with_it", end_moved_into_a_child_is_gone_with_it),
        trial("end_kept_by_a_sibling_is_not_gone", end_kept_by_a_sibling_is_not_gone),
        trial("child_learns_that_its_parent_was_killed", child_learns_that_its_parent_was_killed),
        trial("grandchild_uses_the_end", grandchild_uses_the_end),
        trial("end_is_gone_after_exec", end_is_gone_after_exec),
        trial("no_descriptor_is_left", no_descriptor_is_left),
    ]
}

fn end_moved_into_a_child_is_gone_with_it() {
    let (ours, theirs) = pipe::duplex::<u8, u8>(64).unwrap();
    let child = Process::start(move || theirs.send(&1).map_err(|error| error.to_string()));
    assert_eq!(ours.recv(), Ok(1));
    assert_eq!(ours.recv(), Err(RecvError::Eof));
    assert_eq!(ours.send(&2), Err(SendError::PeerGone));
    join(&child.unwrap());
}

/// As with an OS pipe: a copy is a copy, wherever it is.
fn end_kept_by_a_sibling_is_not_gone() {
    let (receiver, sender) = pipe::one_way::<u8>(64).unwrap();
    let sibling = Process::start(|| wait_to_be_killed()).unwrap();
    drop(sender);
    assert_eq!(receiver.try_recv(), Err(RecvError::Empty));
    kill(&sibling);
    assert_eq!(receiver.recv(), Err(RecvError::Eof));
}

fn child_learns_that_its_parent_was_killed() {
    let (pids, pid) = pipe::one_way(64).unwrap();
    let parent = Process::start(|| {
        let (parents, childs) = pipe::duplex::<u8, u8>(64).unwrap();
        let child = Process::start(|| {
            parents.close();
            let end = childs;
            assert_eq!(end.recv(), Err(RecvError::Eof));
        });
        wait_until_asleep(child.as_ref().unwrap());
        pid.send(&child.unwrap().pid()).unwrap();
        wait_to_be_killed()
    });
    let child = pids.recv().unwrap();
    kill(&parent.unwrap());
    waiting_for("the orphan's end");
    let mut status = -1;
    // SAFETY: the pointer is valid for the length of the call.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert_eq!(status, 0);
}

fn grandchild_uses_the_end() {
    let (ours, theirs) = pipe::duplex::<String, String>(256).unwrap();
    let child = Process::start(|| {
        let end = theirs;
        let grandchild = Process::start(|| {
            ours.close();
            while let Ok(word) = end.recv() {
                end.send(&word.to_uppercase()).unwrap();
            }
        });
        // The child's copies, so that the grandchild's is the last.
        ours.close();
        end.close();
        join(&grandchild.unwrap());
    });
    ours.send(&"down and up".to_owned()).unwrap();
    assert_eq!(ours.recv(), Ok("DOWN AND UP".to_owned()));
    ours.close();
    join(&child.unwrap());
}

fn end_is_gone_after_exec() {
    let (receiver, sender) = pipe::one_way::<u8>(64).unwrap();
    let mut other = std::process::Command::new("cat");
    let mut other = other.stdin(std::process::Stdio::piped()).spawn().unwrap();
    drop(sender);
    assert_eq!(receiver.recv(), Err(RecvError::Eof), "the other program has no end of it");
    drop(other.stdin.take());
    assert!(other.wait().unwrap().success());
}

fn no_descriptor_is_left() {
    let open = || fs::read_dir("/proc/self/fd").unwrap().count();
    let before = open();
    for _ in 0..3 {
        let (left, right) = pipe::duplex::<u8, u8>(64).unwrap();
        let one_way = pipe::one_way::<u8>(64).unwrap();
        assert_eq!(open(), before + 8);
        let clones = (left.clone(), one_way.1.clone());
        assert_eq!(open(), before + 8, "clones share them");
        drop((left, right, one_way, clones));
        assert_eq!(open(), before);
    }
}
