//! Runs each test in a process of its own, which is killed when it hangs.
//!
//! The test process and whatever it starts are children of the runner or, once orphaned, adopted
//! by it, so a test that hangs or fails leaves nothing behind, and one that passes must have
//! left nothing. Before it may block, a test says by [`waiting_for`] what for; the runner reports
//! the last such note. Nothing here uses what is under test.

#![allow(unsafe_code, reason = "fork, wait and kill, without the library that is under test")]
#![allow(clippy::disallowed_methods, reason = "pidfd_open has no wrapper in glibc 2.36")]

use std::any::Any;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::mem;
use std::os::fd::{AsRawFd as _, FromRawFd as _};
use std::os::unix::fs::FileExt as _;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::ptr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Trial};

/// How long a test may take: far more than any needs on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

/// Where the test that is running writes its notes; shared by the runner and the test process.
static NOTES: Mutex<Option<File>> = Mutex::new(None);

/// Runs all tests one by one on the main thread, as forks need, and then asserts that no child is
/// left.
///
/// # Panics
/// A child is left.
#[must_use]
pub fn run(trials: Vec<Trial>) -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let conclusion = libtest_mimic::run(&arguments, trials);
    let left = reap_all();
    assert!(left.is_empty(), "the tests left children behind: {left:?}");
    conclusion.exit_code()
}

/// Makes a test of `body`, watched for a minute.
pub fn trial(name: &str, body: fn()) -> Trial {
    Trial::test(name, move || Ok(guarded(LIMIT, body)?))
}

/// Notes what the test is about to wait for, as the runner says it if that never comes.
pub fn waiting_for(what: &str) {
    note(&format!("was waiting for {what}"));
}

/// Runs `body` in a process of its own for at most `limit`.
///
/// # Errors
/// The test panicked, was killed, hung, or left a child behind; the text says which.
///
/// # Panics
/// The kernel refuses a process or a descriptor.
pub fn guarded(limit: Duration, body: impl FnOnce()) -> Result<(), String> {
    let deadline = Instant::now() + limit;
    let outer = exchange_notes(Some(notes_file()));
    adopt_orphans();
    // What the runner has not yet printed must not be printed by the test process too.
    io::stdout().flush().expect("standard output takes the report");
    // SAFETY: the runner has one thread, so the child is a full copy and may run any code.
    let test = unsafe { libc::fork() };
    assert!(test >= 0, "fork: {}", io::Error::last_os_error());
    if test == 0 {
        live_as_test(body);
    }
    let ended = wait_until(test, deadline);
    if !ended {
        kill(test);
    }
    let status = reap(test);
    let left = reap_all();
    let note = exchange_notes(outer).map_or_else(String::new, |file| text_in(&file));
    match status {
        _ if !ended => Err(format!("hung for {limit:?}: {note}")),
        0 if left.is_empty() => Ok(()),
        0 => Err(format!("left processes behind: {left:?}")),
        _ if libc::WIFSIGNALED(status) => {
            Err(format!("killed by signal {}: {note}", libc::WTERMSIG(status)))
        }
        _ => Err(format!("failed: {note}")),
    }
}

/// Is the test process: runs the test, and dies if the runner does.
fn live_as_test(body: impl FnOnce()) -> ! {
    // SAFETY: these options take integers and touch no memory.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
    adopt_orphans();
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| {
        body();
        let left = living_children();
        assert!(left.is_empty(), "children that the test did not join: {left:?}");
    }));
    if let Err(payload) = &outcome {
        note(text_of(payload.as_ref()));
    }
    // SAFETY: _exit has no requirement.
    unsafe { libc::_exit(i32::from(outcome.is_err())) }
}

fn text_of(payload: &(dyn Any + Send)) -> &str {
    let owned = payload.downcast_ref::<String>().map(String::as_str);
    owned.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("panicked")
}

/// Makes this process the parent of descendants whose own parent has died.
fn adopt_orphans() {
    // SAFETY: these options take integers and touch no memory.
    let result = unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1) };
    assert_eq!(result, 0, "prctl: {}", io::Error::last_os_error());
}

/// Kills and reaps every child, and theirs as they are adopted; returns which there were.
fn reap_all() -> Vec<i32> {
    let mut reaped = Vec::new();
    loop {
        living_children().into_iter().for_each(kill);
        // SAFETY: a null status pointer is allowed.
        match unsafe { libc::waitpid(-1, ptr::null_mut(), 0) } {
            -1 => break,
            child => reaped.push(child),
        }
    }
    assert_eq!(io::Error::last_os_error().raw_os_error(), Some(libc::ECHILD));
    reaped
}

/// Lists the children of this process, zombies included.
fn living_children() -> Vec<i32> {
    let pid = std::process::id();
    let path = format!("/proc/{pid}/task/{pid}/children");
    let list = fs::read_to_string(path).expect("the kernel lists the children");
    list.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

fn kill(child: i32) {
    // SAFETY: kill touches no memory; the child is not reaped yet, so the number is its own.
    unsafe { libc::kill(child, libc::SIGKILL) };
}

fn reap(child: i32) -> i32 {
    let mut status = 0;
    // SAFETY: the pointer is valid for the length of the call.
    let reaped = unsafe { libc::waitpid(child, &raw mut status, 0) };
    assert_eq!(reaped, child, "waitpid: {}", io::Error::last_os_error());
    status
}

/// Waits until the child has ended; false if the deadline comes first.
fn wait_until(child: i32, deadline: Instant) -> bool {
    // SAFETY: pidfd_open takes two integers and touches no memory.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, child, 0) };
    let fd = i32::try_from(fd).expect("a descriptor is an int");
    assert!(fd >= 0, "pidfd_open: {}", io::Error::last_os_error());
    // SAFETY: the kernel has just made this descriptor for us.
    let pidfd = unsafe { File::from_raw_fd(fd) };
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let millis = i32::try_from(left.as_millis()).unwrap_or(i32::MAX);
        let mut poll = libc::pollfd { fd: pidfd.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        // SAFETY: one pollfd at that address.
        match unsafe { libc::poll(&raw mut poll, 1, millis) } {
            0 if left.is_zero() => return false,
            1 => return true,
            _ => {} // a signal, or the rest of a millisecond
        }
    }
}

/// Makes a file without a name, shared by all forks.
fn notes_file() -> File {
    // SAFETY: the name is a valid C string.
    let fd = unsafe { libc::memfd_create(c"notes".as_ptr(), libc::MFD_CLOEXEC) };
    assert!(fd >= 0, "memfd_create: {}", io::Error::last_os_error());
    // SAFETY: the kernel has just made this descriptor for us.
    unsafe { File::from_raw_fd(fd) }
}

fn note(text: &str) {
    if let Some(file) = NOTES.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
        file.set_len(0).expect("the notes can be shortened");
        file.write_all_at(text.as_bytes(), 0).expect("the notes can be written");
    }
}

/// Puts another file in the place of the notes: a test of this module watches tests itself.
fn exchange_notes(file: Option<File>) -> Option<File> {
    mem::replace(&mut *NOTES.lock().unwrap_or_else(PoisonError::into_inner), file)
}

fn text_in(file: &File) -> String {
    let mut text = vec![0; 4096];
    let length = file.read_at(&mut text, 0).expect("the notes can be read");
    match &text[..length] {
        [] => "it left no note".to_owned(),
        note => String::from_utf8_lossy(note).into_owned(),
    }
}
