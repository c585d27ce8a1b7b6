//! Starts four children, waits for all of them, and shows how each one ended.

use std::error::Error;
use std::thread;
use std::time::Duration;

use forkstep::process::{Process, active_children, cpu_count};

fn main() -> Result<(), Box<dyn Error>> {
    let workers = (1..=3)
        .map(|units| {
            Process::start(move || {
                thread::sleep(Duration::from_millis(100 * units)); // the work
                units as u8
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let sleeper = Process::builder().name("sleeper").daemon(true).start(|| {
        loop {
            thread::park();
        }
    })?;
    println!("{} processors, {} children", cpu_count(), active_children().len());

    sleeper.terminate()?;
    for process in workers.iter().chain([&sleeper]) {
        println!("{}: {}", process.name(), process.join()?);
    }
    Ok(())
}
