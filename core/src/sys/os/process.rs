//! Processes on the real machine: fork, life, death and status, all through pidfds.
//!
//! A pidfd names one process for ever, so neither a signal nor a wait can hit a stranger that got
//! the number of a process that is gone. Nothing here keeps state; who may reap whom is decided
//! by [`crate::process`].

#![allow(unsafe_code, reason = "fork, pidfds and wait are raw calls into the kernel")]
#![allow(clippy::disallowed_methods, reason = "part of the seam: glibc 2.36 lacks these calls")]

use std::fmt;
use std::fs;
use std::io;
use std::io::Write as _;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd, RawFd};
use std::os::linux::fs::MetadataExt as _;
use std::ptr;
use std::time::{Duration, Instant};

/// A thread that the kernel is taking down runs no code of ours any more (`PF_EXITING`).
const EXITING: u64 = 0x4;

/// How long to stay away from a child that has ended but that its tracer still holds back.
const TRACER_NAP: Duration = Duration::from_millis(1);

/// The signal that asks a process to end.
pub(crate) const TERMINATE: i32 = libc::SIGTERM;

/// The signal that ends a process and that it cannot refuse.
pub(crate) const KILL: i32 = libc::SIGKILL;

/// Names a system call that failed, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OsError {
    call: &'static str,
    errno: i32,
}

impl OsError {
    fn last(call: &'static str) -> OsError {
        OsError::of(call, &io::Error::last_os_error())
    }

    fn of(call: &'static str, error: &io::Error) -> OsError {
        OsError { call, errno: error.raw_os_error().unwrap_or(0) }
    }

    /// Returns the name of the call.
    #[must_use]
    pub fn call(&self) -> &'static str {
        self.call
    }

    /// Returns the error number, as in `errno(3)`.
    #[must_use]
    pub fn errno(&self) -> i32 {
        self.errno
    }
}

impl fmt::Display for OsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} failed: {}", self.call, io::Error::from_raw_os_error(self.errno))
    }
}

impl std::error::Error for OsError {}

/// Returns the id of the calling process: a system call each time, so a fork cannot fool it.
pub(crate) fn pid() -> i32 {
    // SAFETY: getpid has no requirement.
    unsafe { libc::getpid() }
}

/// Returns the id of the process that the kernel calls our parent at this moment.
pub(crate) fn parent_pid() -> i32 {
    // SAFETY: getppid has no requirement.
    unsafe { libc::getppid() }
}

/// Counts the threads of this process that can still run code.
///
/// One `stat` in the common case. Only when the kernel lists several is each looked at, because a
/// thread that was joined a moment ago is listed until the kernel has buried it.
///
/// # Errors
/// `/proc` cannot be read.
pub(crate) fn thread_count() -> Result<usize, OsError> {
    let failed = |error: &io::Error| OsError::of("stat of /proc/self/task", error);
    // Each thread's folder is one link of this folder, beside its own two.
    let links = fs::metadata("/proc/self/task").map_err(|e| failed(&e))?.st_nlink();
    if links == 3 {
        return Ok(1);
    }
    let tasks = fs::read_dir("/proc/self/task").map_err(|e| failed(&e))?;
    // A task whose line is gone between the listing and the reading has ended: not counted.
    let lines = tasks.flatten().filter_map(|t| fs::read_to_string(t.path().join("stat")).ok());
    Ok(lines.filter(|line| !is_exiting(line)).count())
}

/// Reads the flags, the seventh word after the command's closing bracket, of a `stat` line.
fn is_exiting(stat_line: &str) -> bool {
    let after_command = stat_line.rsplit(')').next().unwrap_or("");
    let flags = after_command.split_whitespace().nth(6).and_then(|word| word.parse::<u64>().ok());
    flags.is_some_and(|flags| flags & EXITING != 0)
}

/// Says in which of the two processes a call of [`fork`] came back.
pub(crate) enum Forked {
    /// This is the new process; its parent has this pid.
    Child(i32),
    /// This is the caller; the new process is known by its pid and its pidfd.
    Parent(i32, OwnedFd),
}

/// Says why [`fork`] made no process.
pub(crate) enum ForkError {
    /// The process has this many threads, and only a process of one may fork.
    MultiThreaded(usize),
    /// A system call failed.
    Os(OsError),
}

impl From<OsError> for ForkError {
    fn from(error: OsError) -> ForkError {
        ForkError::Os(error)
    }
}

/// Forks the process if it has one thread only, and opens a pidfd of the child.
///
/// # Errors
/// More than one thread; no descriptor, process or memory left.
pub(crate) fn fork() -> Result<Forked, ForkError> {
    let threads = thread_count()?;
    if threads != 1 {
        return Err(ForkError::MultiThreaded(threads));
    }
    // A full table of descriptors must be an error while there is no child yet: with one thread,
    // the place that is free now is free after the fork.
    drop(open_event()?);
    let parent = pid();
    // SAFETY: with one thread the child is a full copy of the process: no lock of the allocator or
    // of stdio is left held by a thread that the child lacks, so it may run any code.
    match unsafe { nix::unistd::fork() } {
        Ok(nix::unistd::ForkResult::Child) => Ok(Forked::Child(parent)),
        Ok(nix::unistd::ForkResult::Parent { child }) => adopt(child.as_raw()),
        Err(errno) => Err(ForkError::Os(OsError { call: "fork", errno: errno as i32 })),
    }
}

/// Opens the cheapest descriptor that needs no file.
fn open_event() -> Result<OwnedFd, OsError> {
    // SAFETY: eventfd takes two integers and touches no memory of ours.
    match unsafe { libc::eventfd(0, libc::EFD_CLOEXEC) } {
        -1 => Err(OsError::last("eventfd")),
        // SAFETY: the kernel has just made this descriptor for us, so nobody else owns it.
        fd => Ok(unsafe { OwnedFd::from_raw_fd(fd) }),
    }
}

/// Opens the pidfd of a child just forked, or takes the child back: killed and reaped.
fn adopt(child: i32) -> Result<Forked, ForkError> {
    match open_pidfd(child) {
        Ok(pidfd) => Ok(Forked::Parent(child, pidfd)),
        Err(error) => {
            // SAFETY: kill has no memory to respect; nobody has waited for the child, so the
            // number is still its own.
            unsafe { libc::kill(child, libc::SIGKILL) };
            // SAFETY: a null status pointer is allowed and means that the status is not wanted.
            while unsafe { libc::waitpid(child, ptr::null_mut(), 0) } == -1 && interrupted() {}
            Err(ForkError::Os(error))
        }
    }
}

/// Opens a descriptor that stands for the process `pid`, closed on exec.
///
/// # Errors
/// No such process, or no descriptor left.
pub(crate) fn open_pidfd(pid: i32) -> Result<OwnedFd, OsError> {
    // SAFETY: pidfd_open takes two integers and touches no memory of ours.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
    match RawFd::try_from(fd) {
        // SAFETY: the kernel has just made this descriptor for us, so nobody else owns it.
        Ok(fd) if fd >= 0 => Ok(unsafe { OwnedFd::from_raw_fd(fd) }),
        _ => Err(OsError::last("pidfd_open")),
    }
}

/// Sends `signal` to the process of `pidfd`; a process that is gone gets nothing, in silence.
///
/// # Errors
/// The process now belongs to another user.
pub(crate) fn send_signal(pidfd: BorrowedFd<'_>, signal: i32) -> Result<(), OsError> {
    let (fd, info) = (pidfd.as_raw_fd(), ptr::null::<libc::siginfo_t>());
    // SAFETY: a null siginfo is allowed and means the one that kill(2) would send.
    let sent = unsafe { libc::syscall(libc::SYS_pidfd_send_signal, fd, signal, info, 0) };
    if sent == 0 || last_errno() == libc::ESRCH {
        return Ok(());
    }
    Err(OsError::last("pidfd_send_signal"))
}

/// Says how a process ended.
pub(crate) enum Ended {
    /// It left with this code.
    Exited(i32),
    /// This signal ended it.
    Killed(i32),
    /// Its status went to another wait, or the kernel drops statuses (SIGCHLD is ignored).
    Unknown,
}

/// Takes the status of the child of `pidfd` if it has ended: the kernel gives it once only.
///
/// Calls waitid(2) itself: nix's wrapper loses the status of a child that a real-time signal
/// killed.
pub(crate) fn reap(pidfd: BorrowedFd<'_>) -> Option<Ended> {
    let options = libc::WEXITED | libc::WNOHANG;
    let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
    loop {
        let id = pidfd.as_raw_fd().cast_unsigned();
        // SAFETY: the pointer is valid for one siginfo_t for the length of the call.
        let result = unsafe { libc::waitid(libc::P_PIDFD, id, info.as_mut_ptr(), options) };
        if result == 0 {
            break;
        }
        if !interrupted() {
            debug_assert_eq!(last_errno(), libc::ECHILD);
            return Some(Ended::Unknown);
        }
    }
    // SAFETY: all-zero bytes are a valid siginfo_t, and the kernel wrote nothing but integers.
    let info = unsafe { info.assume_init() };
    if info.si_signo == 0 {
        return None; // the child is alive
    }
    // SAFETY: waitid has filled in the member for SIGCHLD, to which si_status belongs.
    let status = unsafe { info.si_status() };
    Some(if info.si_code == libc::CLD_EXITED {
        Ended::Exited(status)
    } else {
        Ended::Killed(status)
    })
}

/// Waits until the process of `pidfd` has ended, whoever its parent is; false at the deadline.
///
/// `Instant` is CLOCK_MONOTONIC; a signal handler that runs meanwhile shortens the next wait by the
/// time that is already gone. Without a deadline, `None`, this waits for ever.
///
/// # Errors
/// The kernel lacks memory for the poll.
pub(crate) fn poll_ended(
    pidfd: BorrowedFd<'_>,
    deadline: Option<Instant>,
) -> Result<bool, OsError> {
    let mut poll = libc::pollfd { fd: pidfd.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let left = left.map(timespec);
        let timeout = left.as_ref().map_or(ptr::null(), ptr::from_ref);
        // SAFETY: one pollfd at that address, a timeout that is null or valid, no signal mask.
        match unsafe { libc::ppoll(&raw mut poll, 1, timeout, ptr::null()) } {
            0 => return Ok(false),
            1 => return Ok(true),
            _ if interrupted() => {}
            _ => return Err(OsError::last("ppoll")),
        }
    }
}

/// Pauses before a second look at a child that has ended but whose tracer holds the status back.
pub(crate) fn nap_until(deadline: Option<Instant>) {
    let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
    std::thread::sleep(left.unwrap_or(TRACER_NAP).min(TRACER_NAP));
}

fn timespec(duration: Duration) -> libc::timespec {
    let seconds = duration.as_secs().try_into().unwrap_or(libc::time_t::MAX);
    libc::timespec { tv_sec: seconds, tv_nsec: duration.subsec_nanos().into() }
}

/// Ties this process to its parent: the kernel kills it when the parent ends, however that
/// happens. False if the parent was gone before the tie was made.
pub(crate) fn die_with_parent(parent: i32) -> bool {
    // SAFETY: PR_SET_PDEATHSIG takes one integer and touches no memory.
    let result = unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
    debug_assert_eq!(result, 0, "only an invalid signal number is refused");
    // A parent that died before the call would never be noticed, but it is not our parent now.
    parent_pid() == parent
}

unsafe extern "C" {
    /// The first of glibc's open streams, newest first; `stderr` when there are only the three
    /// of every program.
    #[link_name = "_IO_list_all"]
    static NEWEST_STREAM: *mut libc::FILE;
    #[link_name = "stdout"]
    static C_STDOUT: *mut libc::FILE;
    #[link_name = "stderr"]
    static C_STDERR: *mut libc::FILE;
    /// Counts the bytes that a stream holds back.
    fn __fpending(stream: *mut libc::FILE) -> libc::size_t;
}

/// Writes out what the stdio of Rust and of C hold, so that a fork does not copy it.
pub(crate) fn flush_stdio() {
    // A closed standard output loses the text, as it would at the end of main.
    let _ = io::stdout().flush();
    // Looking first is worth it: a flush writes to the lock of every stream, and each page that
    // is written around a fork is copied.
    if c_stdio_may_hold_text() {
        // SAFETY: a null stream is allowed and means all output streams.
        unsafe { libc::fflush(ptr::null_mut()) };
    }
}

fn c_stdio_may_hold_text() -> bool {
    // SAFETY: the head of the list changes only when a stream is opened or closed, which another
    // thread does not do: flushing happens around a fork of one thread, or in its child.
    let newest = unsafe { NEWEST_STREAM };
    // SAFETY: a plain variable of the C library, which a program sets, if at all, before that.
    let stderr = unsafe { C_STDERR };
    // SAFETY: as for stderr.
    let stdout = unsafe { C_STDOUT };
    newest != stderr || holds_text(stdout) || holds_text(stderr)
}

fn holds_text(stream: *mut libc::FILE) -> bool {
    // SAFETY: the C library's own streams are valid as long as nobody closes them, and the null
    // of a program that has set one to nothing is not asked.
    !stream.is_null() && unsafe { __fpending(stream) } != 0
}

/// Ends this process at once: no destructor, no exit handler runs.
pub(crate) fn exit_now(code: u8) -> ! {
    // SAFETY: _exit has no requirement.
    unsafe { libc::_exit(code.into()) }
}

fn last_errno() -> i32 {
    io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

fn interrupted() -> bool {
    last_errno() == libc::EINTR
}
