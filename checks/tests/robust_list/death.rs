//! Processes that take hold of something and end without giving it back.

#![allow(unsafe_code, reason = "a process replaces its program without dropping anything")]

use std::io::{self, PipeReader, PipeWriter, Read as _, Write as _};
use std::{process, ptr, thread};

use forkstep::process::{ExitStatus, Process};
use forkstep_checks::watchdog::waiting_for;

/// How a process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// SIGKILL.
    Kill,
    /// exit(3), in the midst of it: no destructor runs.
    Exit,
    /// Another program in the place of this one, which then ends well.
    Exec,
}

/// Every way to end.
pub(crate) const ENDS: [End; 3] = [End::Kill, End::Exit, End::Exec];

/// A byte from one process to another.
pub(crate) struct Sign(PipeReader, PipeWriter);

impl Sign {
    pub(crate) fn new() -> Sign {
        let (reader, writer) = io::pipe().expect("a pipe");
        Sign(reader, writer)
    }

    pub(crate) fn give(&self) {
        (&self.1).write_all(b"x").expect("the pipe takes a byte");
    }

    pub(crate) fn await_for(&self, what: &str) {
        waiting_for(what);
        (&self.0).read_exact(&mut [0]).expect("the pipe stays open");
    }
}

/// Starts a process that calls `hold` and keeps what that returns; returns once it has it.
pub(crate) fn holder<H>(end: End, hold: impl FnOnce() -> H) -> Process {
    let (mut held, mut holding) = io::pipe().expect("a pipe");
    let process = Process::start(move || {
        let _kept = hold();
        holding.write_all(b"x").expect("the pipe takes a byte");
        end.come()
    });
    let process = process.expect("a process");
    waiting_for("a process to hold everything");
    // The writing end is the process's alone: if it dies too early, this fails.
    held.read_exact(&mut [0]).expect("the process lives until it holds everything");
    process
}

/// Ends a [`holder`] and waits until the kernel has walked its robust list.
pub(crate) fn bury(process: &Process, end: End) {
    let expected = match end {
        End::Kill => {
            process.kill().expect("the process is ours");
            ExitStatus::Killed(9)
        }
        End::Exit | End::Exec => ExitStatus::Exited(0),
    };
    waiting_for("the end of a process that holds something");
    assert_eq!(process.join(), Ok(expected));
}

/// Lets a process call `hold` and end in this way while it has what that returns.
pub(crate) fn die_holding<H>(end: End, hold: impl FnOnce() -> H) {
    bury(&holder(end, hold), end);
}

impl End {
    fn come(self) {
        match self {
            End::Kill => loop {
                thread::park();
            },
            End::Exit => process::exit(0),
            End::Exec => {
                let arguments = [c"true".as_ptr(), ptr::null()];
                // SAFETY: a path, and an array of strings that ends with a null pointer.
                unsafe { libc::execvp(c"true".as_ptr(), arguments.as_ptr()) };
                panic!("exec: {}", io::Error::last_os_error());
            }
        }
    }
}
