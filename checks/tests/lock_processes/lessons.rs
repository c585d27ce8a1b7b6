//! L7 (its part on locks), L8 and L9: what the notes say of locks.

use std::io::{self, PipeWriter, Read as _, Write as _};
use std::thread;

use forkstep::atomic::{AtomicU64, Ordering};
use forkstep::process::{ExitStatus, Process};
use forkstep::{Lock, Region};
use forkstep_checks::watchdog::{trial, waiting_for};
use libtest_mimic::Trial;

use crate::contenders::{expect_held, join, pid_of_dead, start_holder, wait_to_be_killed};
use crate::pipe::Pipe;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("l7_a_spin_lock_of_a_terminated_holder_stays_locked", naive_lock_stays_locked),
        trial("l7_a_terminated_holder_is_an_owner_that_died", terminated_holder),
        trial("l8_without_a_lock_two_printers_mix", two_printers_mix),
        trial("l8_with_a_lock_two_printers_never_mix", two_printers_never_mix),
        trial("l9_every_process_gets_its_turn", every_process_gets_its_turn),
    ]
}

fn terminate(holder: &Process) {
    holder.terminate().unwrap();
    waiting_for("the end of the terminated holder");
    assert_eq!(holder.join(), Ok(ExitStatus::Killed(15)));
}

/// The survivors know that the holder is dead, and still nobody ever gets in.
fn naive_lock_stays_locked() {
    let region = Region::anonymous(8).unwrap();
    let locked = region.place(AtomicU64::new(0)).unwrap();
    let locked = region.get(locked).unwrap();
    let try_lock = || locked.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed).is_ok();
    let log = Pipe::new();
    let holder = Process::start(|| {
        assert!(try_lock());
        log.send("held");
        wait_to_be_killed()
    });
    assert_eq!(log.receive("the naive holder"), "held");
    terminate(&holder.unwrap());
    let survivors = [0, 1, 2]
        .map(|_| Process::start(|| (0..100_000).for_each(|_| assert!(!try_lock()))).unwrap());
    survivors.iter().for_each(join);
}

fn terminated_holder() {
    let lock = Lock::new().unwrap();
    let holder = start_holder(&lock);
    terminate(&holder);
    let survivors = [0, 1, 2].map(|_| {
        Process::start(|| match lock.acquire() {
            Ok(_guard) => 0,
            Err(forkstep::AcquireError::OwnerDied(guard)) => {
                assert_eq!(pid_of_dead(&guard), holder.pid());
                drop(guard.mark_consistent());
                1
            }
            Err(error) => panic!("{error}"),
        })
        .unwrap()
    });
    waiting_for("the survivors");
    let reports = survivors.iter().map(|survivor| survivor.join().unwrap().code());
    assert_eq!(reports.sum::<i32>(), 1);
    drop(expect_held(&lock));
}

/// The schedule is forced: the second printer comes between the first one's two words.
fn two_printers_mix() {
    let (mut output, printer) = io::pipe().unwrap();
    let (go, back) = (Pipe::new(), Pipe::new());
    let first = Process::start(|| {
        (&printer).write_all(b"name ").unwrap();
        go.send("go");
        back.receive("the second printer's name");
        (&printer).write_all(b"age\n").unwrap();
    });
    let second = Process::start(|| {
        go.receive("the first printer's name");
        (&printer).write_all(b"name ").unwrap();
        back.send("go on");
        (&printer).write_all(b"age\n").unwrap();
    });
    join(&first.unwrap());
    join(&second.unwrap());
    drop(printer);
    let mut text = String::new();
    output.read_to_string(&mut text).unwrap();
    assert_eq!(text, "name name age\nage\n");
}

fn two_printers_never_mix() {
    const LINES: usize = 500;
    let lock = Lock::new().unwrap();
    let (mut output, printer) = io::pipe().unwrap();
    let print = |mut printer: &PipeWriter, who: char| {
        for _ in 0..LINES {
            let _guard = expect_held(&lock);
            printer.write_all(format!("{who} name ").as_bytes()).unwrap();
            thread::yield_now();
            printer.write_all(format!("{who} age\n").as_bytes()).unwrap();
        }
    };
    let printers = ['a', 'b'].map(|who| Process::start(|| print(&printer, who)).unwrap());
    drop(printer);
    waiting_for("the printers' lines");
    let mut text = String::new();
    output.read_to_string(&mut text).unwrap();
    printers.iter().for_each(join);
    for who in ['a', 'b'] {
        let line = format!("{who} name {who} age");
        assert_eq!(text.lines().filter(|found| *found == line).count(), LINES);
    }
    assert_eq!(text.lines().count(), 2 * LINES);
}

/// Four greedy processes, each of which goes on until all have had their turns.
fn every_process_gets_its_turn() {
    const PROCESSES: usize = 4;
    const TURNS: u64 = 500;
    let lock = Lock::new().unwrap();
    let region = Region::anonymous(8 * PROCESSES).unwrap();
    let turns = region.place([const { AtomicU64::new(0) }; PROCESSES]).unwrap();
    let turns = region.get(turns).unwrap();
    let have_had = || turns.iter().map(|turns| turns.load(Ordering::Relaxed)).collect::<Vec<_>>();
    let processes: Vec<Process> = (0..PROCESSES)
        .map(|index| {
            let greedy = Process::start(|| {
                while have_had().iter().any(|turns| *turns < TURNS) {
                    let _guard = expect_held(&lock);
                    turns[index].fetch_add(1, Ordering::Relaxed);
                }
            });
            greedy.unwrap()
        })
        .collect();
    processes.iter().for_each(join);
    let turns = have_had();
    let (most, least) = (turns.iter().max().unwrap(), turns.iter().min().unwrap());
    println!("turns {turns:?}, largest share over smallest {:.1}", *most as f64 / *least as f64);
}
