//! What a process prints, as text.

#![allow(unsafe_code, reason = "standard output is a descriptor that only dup2 can exchange")]

use std::io::{self, Read as _};
use std::os::fd::AsRawFd as _;

use forkstep::process::{ExitStatus, IntoExitCode, Process};
use forkstep_checks::watchdog::waiting_for;

/// Runs `body` in a process whose `descriptor` (1 or 2) is a pipe; returns what was written there
/// by it and all its descendants, and how it ended.
pub(crate) fn capture<T: IntoExitCode>(
    descriptor: i32,
    body: impl FnOnce() -> T,
) -> (String, ExitStatus) {
    let (mut reader, writer) = io::pipe().expect("a pipe");
    let process = Process::start(move || {
        // SAFETY: dup2 takes two integers; nobody owns the descriptors of standard streams.
        let result = unsafe { libc::dup2(writer.as_raw_fd(), descriptor) };
        assert_eq!(result, descriptor);
        drop(writer);
        body()
    })
    .unwrap();
    waiting_for("the end of what is printed");
    let mut text = String::new();
    reader.read_to_string(&mut text).expect("what is printed is text");
    (text, process.join().unwrap())
}
