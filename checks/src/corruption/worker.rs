//! The process that executes scripts, one after the other, until one of them ends it.

#![allow(unsafe_code, reason = "limits what the process may take and say")]

use std::fs;
use std::os::fd::AsRawFd as _;
use std::panic;
use std::time::Instant;

use forkstep::process::{Process, StartError};
use forkstep::{Offset, Region};

use super::board::Board;
use super::body::name_of;
use super::planted::Planted;
use super::script::Script;
use super::session::World;

/// How much memory a worker may have beside what it has at the start.
const MEMORY: u64 = 256 << 20;

/// What all workers share.
#[derive(Clone, Debug)]
pub(super) struct Bench {
    pub(super) region: Region,
    pub(super) start: Instant,
    pub(super) planted: Planted,
}

impl Bench {
    /// Starts a process that executes these scripts and notes on the board how far it is.
    pub(super) fn start(
        &self,
        board: Offset<Board>,
        scripts: impl Iterator<Item = (u64, Script)>,
    ) -> Result<Process, StartError> {
        let work = || self.work(board, scripts);
        Process::builder().name("corrupted").start(work)
    }

    fn work(&self, board: Offset<Board>, scripts: impl Iterator<Item = (u64, Script)>) {
        let Self { start, planted, .. } = *self;
        // The process ends without looking back.
        let region: &'static Region = Box::leak(Box::new(self.region.clone()));
        let board = region.get(board).expect("it was placed there");
        panic::set_hook(Box::new(|info| board.set_text(&info.to_string())));
        limit();
        be_silent();
        let name = name_of(std::process::id());
        for (number, script) in scripts {
            let world = World { board, start, planted };
            world.begin();
            board.begin_script(number);
            (script.kind().execute)(&script, &name, world);
            board.end_script();
        }
    }
}

/// Limits the memory, and leaves no picture of it after a fault.
fn limit() {
    let pages = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = pages.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(1 << 20);
    let bytes = pages * 4096 + MEMORY;
    for (resource, limit) in [(libc::RLIMIT_AS, bytes), (libc::RLIMIT_CORE, 0)] {
        let limit = libc::rlimit { rlim_cur: limit, rlim_max: limit };
        // SAFETY: the pointer is valid for the length of the call, which only reads.
        let result = unsafe { libc::setrlimit(resource, &raw const limit) };
        assert_eq!(result, 0, "setrlimit: {}", std::io::Error::last_os_error());
    }
}

/// Sends what the process says to nobody: panics are kept on the board, and lack of memory is shown
/// by the signal.
fn be_silent() {
    let nowhere = fs::File::options().write(true).open("/dev/null").expect("every machine has it");
    // SAFETY: both are open descriptors, of which the second becomes a copy of the first.
    let result = unsafe { libc::dup2(nowhere.as_raw_fd(), libc::STDERR_FILENO) };
    assert_eq!(result, libc::STDERR_FILENO, "dup2: {}", std::io::Error::last_os_error());
}
