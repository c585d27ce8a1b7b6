//! Free-running processes: what the kernel says about them, and how one is stopped on purpose.

#![allow(unsafe_code, reason = "stops a child, and waits for several: raw calls into the kernel")]

use std::fmt;
use std::fs;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd as _;
use std::time::Duration;

use forkstep::process::Process;

/// What `/proc` shows of a process at one moment; what cannot be read is a question mark.
#[derive(Clone, Debug)]
pub struct Sight {
    state: String,
    system_call: String,
    sleeps_in: String,
}

impl Sight {
    /// Looks at the process of this id.
    #[must_use]
    pub fn of(pid: i32) -> Self {
        let read = |file: &str| fs::read_to_string(format!("/proc/{pid}/{file}"));
        let word = |text: String, at: usize| text.split_whitespace().nth(at).map(str::to_owned);
        let unknown = || "?".to_owned();
        // The command's name, in brackets, may hold blanks: the state is the word behind it.
        let behind_name = read("stat").ok().and_then(|s| Some(s.rsplit_once(')')?.1.to_owned()));
        Self {
            state: behind_name.and_then(|text| word(text, 0)).unwrap_or_else(unknown),
            system_call: read("syscall").ok().and_then(|s| word(s, 0)).unwrap_or_else(unknown),
            sleeps_in: read("wchan").ok().filter(|s| !s.is_empty()).unwrap_or_else(unknown),
        }
    }

    /// Says whether it sleeps in futex(2); where the kernel hides the call, any sleep will do.
    #[must_use]
    pub fn is_asleep_in_futex(&self) -> bool {
        let in_futex = self.system_call == libc::SYS_futex.to_string();
        self.state == "S" && (in_futex || self.system_call == "?")
    }

    /// Says whether it runs, or would if it had a processor.
    #[must_use]
    pub fn is_runnable(&self) -> bool {
        self.state == "R"
    }
}

impl fmt::Display for Sight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { state, system_call, sleeps_in } = self;
        write!(f, "state {state}, system call {system_call}, wchan {sleeps_in}")
    }
}

/// Stops a child of the caller by SIGSTOP; returns when it is stopped, or has ended before that.
///
/// From then on it executes no instruction of its own until it is continued or dead, so that what
/// it left in shared memory can be read at leisure.
///
/// # Panics
///
/// If the process is no child of the caller, or its status was taken already.
pub fn stop(process: &Process) {
    // SAFETY: kill touches no memory; the child is not reaped, so the number is its own.
    let sent = unsafe { libc::kill(process.pid(), libc::SIGSTOP) };
    assert_eq!(sent, 0, "kill: {}", std::io::Error::last_os_error());
    let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
    // Nothing is taken: the status of an end stays for the handle's own join.
    let options = libc::WEXITED | libc::WSTOPPED | libc::WNOWAIT;
    let pidfd = process.sentinel().as_raw_fd().cast_unsigned();
    loop {
        // SAFETY: the pointer is valid for one siginfo_t for the length of the call.
        match unsafe { libc::waitid(libc::P_PIDFD, pidfd, info.as_mut_ptr(), options) } {
            0 => return,
            _ => {
                let error = std::io::Error::last_os_error();
                assert_eq!(error.raw_os_error(), Some(libc::EINTR), "waitid: {error}");
            }
        }
    }
}

/// Lets a child of the caller go on that was stopped; one that has ended is left alone.
///
/// # Panics
///
/// If the process is no child of the caller, or its status was taken already.
pub fn go_on(process: &Process) {
    // SAFETY: kill touches no memory; the child is not reaped, so the number is its own.
    let sent = unsafe { libc::kill(process.pid(), libc::SIGCONT) };
    assert_eq!(sent, 0, "kill: {}", std::io::Error::last_os_error());
}

/// Waits until one of the processes has ended, but no longer than `timeout`, nor longer than a
/// signal or the kernel's lack of memory allows: the caller looks anew.
pub fn wait_for_an_end<'a>(processes: impl IntoIterator<Item = &'a Process>, timeout: Duration) {
    let watch = |process: &Process| libc::pollfd {
        fd: process.sentinel().as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    };
    let mut list: Vec<libc::pollfd> = processes.into_iter().map(watch).collect();
    let millis = i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX);
    // SAFETY: the pointer is valid for as many entries as its list has.
    unsafe { libc::poll(list.as_mut_ptr(), list.len() as libc::nfds_t, millis) };
}

/// Lists the children of the calling process, those that have ended and are not reaped included.
#[must_use]
pub fn children() -> Vec<i32> {
    let pid = std::process::id();
    let list = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    list.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

/// Waits for the end of a child that has no handle, and takes its status.
pub fn reap(child: i32) {
    // SAFETY: a null status pointer is allowed.
    let reaped = unsafe { libc::waitpid(child, std::ptr::null_mut(), 0) };
    debug_assert_eq!(reaped, child, "waitpid: {}", std::io::Error::last_os_error());
}
