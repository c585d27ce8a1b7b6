//! Regions that are corrupted and used all the same: errors and wrong data, but no fault, no panic,
//! no hang.
//!
//! `FORKSTEP_CORRUPTIONS` says how many corruptions are made, `FORKSTEP_SEED` from which seed, and
//! `FORKSTEP_SCRIPT` which script is executed alone.

use std::env;
use std::fs::OpenOptions;
use std::os::unix::fs::FileExt as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use forkstep::{
    GetError, JoinError, JoinableQueue, NameError, Named, PutError, Queue, TaskDoneError,
};
use forkstep_checks::corruption::{
    Planted, QUICK, SEED, check_corruptions, check_planted, check_scripts,
};
use forkstep_checks::watchdog::{guarded, trial};
use libtest_mimic::Trial;

fn main() -> ExitCode {
    let trials = vec![
        trial("operations_without_a_time_out_say_busy", without_a_time_out),
        trial("no_time_out_is_overrun", no_time_out_is_overrun),
        planted("planted_fault_is_found", Planted::FollowsOffsets, "killed by signal 11"),
        planted("planted_panic_is_found", Planted::Indexes, "index out of bounds"),
        planted("planted_greed_is_found", Planted::AsksForMemory, "killed by signal 6"),
        planted("planted_hang_is_found", Planted::Waits, "hung"),
        Trial::test("script", || match env::var("FORKSTEP_SCRIPT") {
            Ok(script) => Ok(within(60, move || check_scripts(&script).map(drop))?),
            Err(_) => Ok(()),
        }),
        Trial::test("corruptions", || {
            let corruptions = from_environment("FORKSTEP_CORRUPTIONS", QUICK);
            let seed = from_environment("FORKSTEP_SEED", SEED);
            let check = move || {
                let sum = check_corruptions(corruptions, seed, &mut |_| {})?;
                println!("seed {seed}: {sum}");
                Ok(())
            };
            Ok(within(300 + corruptions / 20, check)?)
        }),
    ];
    forkstep_checks::watchdog::run(trials)
}

fn within(seconds: u64, check: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    guarded(Duration::from_secs(seconds), || {
        if let Err(text) = check() {
            println!("{text}");
            panic!("{text}");
        }
    })
}

fn planted(name: &str, planted: Planted, words: &'static str) -> Trial {
    Trial::test(name, move || {
        let found = move || {
            let text = check_planted(SEED, planted).expect_err("a planted bug is found");
            assert!(text.contains(words), "{text}");
            Ok(())
        };
        Ok(within(120, found)?)
    })
}

/// Reads a number that the environment may say.
fn from_environment(name: &str, default: u64) -> u64 {
    match env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")),
        Err(_) => default,
    }
}

/// Makes both locks of a queue look held by a thread that does not exist: they are the first of
/// what lies behind the header.
fn block(name: &str) {
    let path = format!("/dev/shm/forkstep.{name}");
    let file = OpenOptions::new().write(true).open(path).expect("it was just made");
    for lock in [128, 192] {
        file.write_all_at(&0x3fff_fffe_u32.to_le_bytes(), lock).expect("it is our file");
    }
}

fn tasks(name: &str) -> Result<Named<JoinableQueue<u32>>, NameError> {
    JoinableQueue::builder(4).max_deliveries(1).create(name)
}

fn without_a_time_out() {
    let name = &format!("blocked.{}", std::process::id());
    let queue = Queue::<u32>::create(name, 4).expect("memory");
    block(name);
    assert_eq!(queue.try_put(&1), Err(PutError::Busy));
    assert_eq!(queue.try_get(), Err(GetError::Busy));
    assert!(matches!(queue.try_drain(4), Err(GetError::Busy)));
    assert_eq!(queue.close(), Err(PutError::Busy));
    drop(queue);
    let queue = tasks(name).expect("memory");
    queue.put(&1).expect("room");
    queue.put(&2).expect("room");
    let (lease, dropped) = (queue.get().expect("put"), queue.get().expect("put"));
    block(name);
    assert_eq!(queue.try_put(&1), Err(PutError::Busy));
    assert_eq!(queue.try_get().map(drop), Err(GetError::Busy));
    assert_eq!(queue.take_dead_letter(), Err(GetError::Busy));
    assert_eq!(queue.close(), Err(PutError::Busy));
    assert_eq!(lease.task_done(), Err(TaskDoneError::Busy));
    // It was delivered as often as allowed, so it ought to become a dead letter.
    drop(dropped);
    assert_eq!(queue.unfinished().holdings.len(), 2, "given back, and nobody holds them");
}

fn no_time_out_is_overrun() {
    let name = &format!("blocked.{}", std::process::id());
    let queue = tasks(name).expect("memory");
    queue.put(&1).expect("room");
    block(name);
    let soon = Duration::from_millis(20);
    let start = Instant::now();
    assert_eq!(queue.put_timeout(&1, soon), Err(PutError::Full));
    assert_eq!(queue.get_timeout(soon).map(drop), Err(GetError::Empty));
    assert!(matches!(queue.join_timeout(soon), Err(JoinError::TimedOut(_))));
    assert!(start.elapsed() < Duration::from_millis(900), "a stay is waited for");
}
