//! A pipe step by step: both ways, polls, the end of the file, a peer that is killed.

use std::thread;
use std::time::Duration;

use forkstep::{Process, pipe};

const MOMENT: Duration = Duration::from_millis(20);

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (ours, theirs) = pipe::duplex::<String, usize>(4096)?;
    let child = Process::start(|| {
        // The fork has copied our end, too: as long as the copy is open, there is no end of file.
        ours.close();
        let end = theirs; // moved into the child, and gone with it
        loop {
            match end.recv() {
                Ok(word) => end.send(&word.len()).expect("somebody asked"),
                Err(error) => return println!("the child: {error}"),
            }
        }
    })?;
    println!("something to read? {}", ours.poll(Duration::ZERO));
    for word in ["cat", "horse"] {
        ours.send(&word.to_owned())?;
        println!("something to read? {}", ours.poll(Duration::MAX));
        println!("{word} has {} letters", ours.recv()?);
    }
    println!("try to receive: {}", ours.try_recv().unwrap_err());
    println!("receive within a moment: {}", ours.recv_timeout(MOMENT).unwrap_err());
    drop(ours);
    child.join()?;

    let (ours, theirs) = pipe::duplex::<String, String>(4096)?;
    let child = Process::start(|| {
        let end = theirs;
        end.send(&"my last words".to_owned()).expect("there is room");
        loop {
            thread::park();
        }
    })?;
    while !ours.poll(MOMENT) {}
    child.kill()?;
    println!("the child left {:?}", child.join()?.code());
    println!("receive: {}", ours.recv()?);
    println!("receive: {}", ours.recv().unwrap_err());
    println!("send: {}", ours.send(&"hello?".to_owned()).unwrap_err());
    Ok(())
}
