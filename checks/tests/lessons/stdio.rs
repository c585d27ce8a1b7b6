//! What processes print: everything once, and a panic's message.

#![allow(unsafe_code, reason = "C's standard output is written by C's functions")]

use std::fs::File;
use std::io::Read as _;
use std::os::fd::FromRawFd as _;

use forkstep::process::{ExitStatus, Process};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

use crate::capture::capture;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("stdout_of_rust_is_printed_once", rust_prints_once),
        trial("stdout_of_c_is_printed_once", c_prints_once),
        trial("stream_of_c_is_written_once", c_stream_is_written_once),
        trial("panic_is_101_with_its_message_on_stderr", panic_is_101),
        trial("panic_in_a_nested_child_stays_there", nested_panic_stays),
    ]
}

fn rust_prints_once() {
    let (printed, _) = capture(1, || {
        print!("parent,"); // no line end: it stays in the buffer
        let child = Process::start(|| print!("child,")).unwrap();
        child.join().unwrap();
        print!("end");
    });
    assert_eq!(printed, "parent,child,end");
}

fn c_prints_once() {
    // SAFETY: the text is a valid C string; puts adds the line end.
    let say = |text: &std::ffi::CStr| assert!(unsafe { libc::puts(text.as_ptr()) } >= 0);
    let (printed, _) = capture(1, || {
        say(c"parent"); // into a pipe C holds back even whole lines
        let child = Process::start(|| say(c"child")).unwrap();
        child.join().unwrap();
        say(c"end");
    });
    assert_eq!(printed, "parent\nchild\nend\n");
}

fn c_stream_is_written_once() {
    let mut ends = [0; 2];
    // SAFETY: the array has room for the two descriptors.
    assert_eq!(unsafe { libc::pipe(ends.as_mut_ptr()) }, 0);
    // SAFETY: the descriptor is fresh and the mode a valid C string.
    let stream = unsafe { libc::fdopen(ends[1], c"w".as_ptr()) };
    assert!(!stream.is_null());
    // SAFETY: the text is a valid C string and the stream is open.
    let write = |text: &std::ffi::CStr| assert!(unsafe { libc::fputs(text.as_ptr(), stream) } >= 0);
    write(c"parent,");
    let child = Process::start(|| write(c"child,")).unwrap();
    child.join().unwrap();
    write(c"end");
    // SAFETY: the stream is open, and nobody uses it after this.
    assert_eq!(unsafe { libc::fclose(stream) }, 0);
    // SAFETY: the descriptor is fresh, and nobody else owns it.
    let mut reader = unsafe { File::from_raw_fd(ends[0]) };
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    assert_eq!(text, "parent,child,end");
}

fn panic_is_101() {
    let (printed, status) = capture(2, || panic!("out of tickets"));
    assert_eq!(status, ExitStatus::Exited(101));
    assert_eq!(printed.matches("out of tickets").count(), 1, "{printed}");
}

fn nested_panic_stays() {
    let (printed, status) = capture(2, || {
        let inner = Process::start(|| -> () { panic!("inner") }).unwrap();
        inner.join().unwrap().code()
    });
    assert_eq!(status, ExitStatus::Exited(101), "the inner code, handed on");
    assert_eq!(printed.matches("inner").count(), 1, "{printed}");
}
