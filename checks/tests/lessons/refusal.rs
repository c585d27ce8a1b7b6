//! When no process is started: several threads, or no descriptor left.

#![allow(unsafe_code, reason = "limits, usage and the end of one thread are raw calls")]
#![allow(clippy::disallowed_methods, reason = "no wrapper ends one thread without unwinding")]

use std::fs;
use std::mem::MaybeUninit;
use std::sync::mpsc;
use std::thread;

use forkstep::process::{Process, StartError, active_children};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("multi_threaded_process_may_not_start", multi_threaded),
        trial("thread_just_joined_does_not_count", thread_just_joined),
        trial("thread_that_is_dead_does_not_count", dead_thread_does_not_count),
        trial("no_descriptor_left_starts_nothing", no_descriptor_left),
    ]
}

fn multi_threaded() {
    let (stop, stopped) = mpsc::channel::<()>();
    let thread = thread::spawn(move || stopped.recv().is_err());
    let error = Process::start(|| ()).unwrap_err();
    assert_eq!(error, StartError::MultiThreaded { threads: 2 });
    assert!(error.to_string().contains("2 threads"), "{error}");
    drop(stop);
    thread.join().unwrap();
    let child = Process::start(|| ()).unwrap();
    assert!(child.join().unwrap().success());
    assert_eq!(child.name(), "Process-2", "the refused one took a number");
}

/// join returns when a thread has done its last work, a moment before the kernel has buried it.
fn thread_just_joined() {
    for _ in 0..200 {
        thread::spawn(|| ()).join().unwrap();
        Process::start(|| ()).unwrap().join().unwrap();
    }
}

/// The first thread of a process stays in the kernel's list, dead, until the last one has ended:
/// what a thread just joined is for a moment, it is for good.
fn dead_thread_does_not_count() {
    let child = Process::start(|| {
        let first = format!("/proc/self/task/{}/stat", std::process::id());
        thread::spawn(move || {
            while !fs::read_to_string(&first).unwrap().contains(") Z ") {
                thread::yield_now();
            }
            let code = Process::start(|| 5).unwrap().join().unwrap().code();
            std::process::exit(code);
        });
        // SAFETY: this ends the calling thread at once; it owns nothing that others need.
        unsafe { libc::syscall(libc::SYS_exit, 0) };
    });
    assert_eq!(child.unwrap().join().unwrap().code(), 5);
}

fn limit_descriptors(to: Option<u64>) -> u64 {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the pointer is valid for the length of the call.
    assert_eq!(unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) }, 0);
    let before = limit.rlim_cur;
    limit.rlim_cur = to.unwrap_or(before);
    // SAFETY: the limit is valid and below the hard one.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) }, 0);
    before
}

/// Counts the page faults of all children that were reaped: none lives without one.
fn faults_of_children() -> i64 {
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: the pointer is valid for the length of the call.
    assert_eq!(unsafe { libc::getrusage(libc::RUSAGE_CHILDREN, usage.as_mut_ptr()) }, 0);
    // SAFETY: the call has filled it in.
    unsafe { usage.assume_init() }.ru_minflt
}

fn no_descriptor_left() {
    let before = limit_descriptors(Some(3));
    let error = Process::start(|| ()).unwrap_err();
    limit_descriptors(Some(before));
    assert!(matches!(error, StartError::Os(os) if os.errno() == libc::EMFILE), "{error}");
    assert!(active_children().is_empty());
    assert_eq!(faults_of_children(), 0, "a child had begun");
    assert!(Process::start(|| ()).unwrap().join().unwrap().success());
    assert!(faults_of_children() > 0, "the count sees a child");
}
