//! Two processes count under one lock; one of them is killed on the way.

use std::time::Duration;

use forkstep::atomic::{AtomicU64, Ordering};
use forkstep::{AcquireError, Lock, Process, Region};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let region = Region::anonymous(4096)?;
    let (lock, count) = (Lock::new_in(&region)?, region.place(AtomicU64::new(0))?);
    let work = || loop {
        let guard = match lock.acquire() {
            Ok(guard) => guard,
            Err(AcquireError::OwnerDied(guard)) => {
                println!("{} takes over", forkstep::process::current().name());
                guard.mark_consistent()
            }
            Err(error) => panic!("{error}"),
        };
        let count = region.get(count).expect("placed above");
        // Not atomic: the lock makes it one step.
        let before = count.load(Ordering::Relaxed);
        count.store(before + 1, Ordering::Relaxed);
        drop(guard);
        if before >= 1_000_000 {
            return;
        }
    };
    let victim = Process::builder().name("the victim").start(work)?;
    let survivor = Process::builder().name("the survivor").start(work)?;
    victim.join_timeout(Duration::from_millis(20))?;
    victim.kill()?;
    println!("the victim left {:?}", victim.join()?.code());
    println!("the survivor left {:?}", survivor.join()?.code());
    println!("counted to {}", region.get(count)?.load(Ordering::Relaxed));
    Ok(())
}
