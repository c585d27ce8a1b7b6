//! Reading needs no lock, writing must have one: an account of two halves, of 100 in all.

use std::time::Duration;

use forkstep::process::{ExitStatus, Process};
use forkstep::{Array, Value};

const MOMENT: Duration = Duration::from_millis(20);
const MOVES: u32 = 50_000;
const READERS: usize = 3;

/// A step of the money from the one half to the other.
fn moved([left, right]: [i64; 2]) -> [i64; 2] {
    if left > 0 { [left - 10, right + 10] } else { [right, left] }
}

fn in_another_process(look: impl Fn()) -> Result<ExitStatus, Box<dyn std::error::Error>> {
    Ok(Process::start(look)?.join()?)
}

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("two values, in the middle of a move:");
    let (left, right) = (Value::new(50_i64)?, Value::new(50_i64)?);
    left.set(40)?;
    in_another_process(|| println!("a reader finds {} in all", left.get() + right.get()))?;
    right.set(60)?;

    println!("one value, in the middle of a move:");
    let account = Value::new([50_i64, 50])?;
    let mut guard = account.lock()?;
    let next = moved(guard.get());
    in_another_process(|| {
        println!("a reader finds {:?}", account.get());
        println!("a writer: {}", account.lock_timeout(MOMENT).expect_err("it is held"));
    })?;
    guard.set(next)?;
    in_another_process(|| println!("a reader finds {:?}", account.get()))?;
    drop(guard);

    // Now nobody waits for anybody.
    let torn = Array::new(READERS, 0_u64)?;
    let writer = Process::start(|| {
        for _ in 0..MOVES {
            account.update(moved).expect("the lock is free at last");
        }
    })?;
    let readers = [0, 1, 2].map(|reader| {
        Process::start(|| {
            for _ in 0..MOVES {
                let all: i64 = account.get().iter().sum();
                torn.fetch_add(reader, u64::from(all != 100)).expect("each has a place");
            }
        })
    });
    for process in readers.into_iter().chain([Ok(writer)]) {
        assert_eq!(process?.join()?, ExitStatus::Exited(0));
    }
    println!("{MOVES} moves, {READERS} readers; torn: {torn:?}");
    Ok(())
}
