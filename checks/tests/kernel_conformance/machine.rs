//! The real kernel: processes that do what they are told through pipes.

#![allow(unsafe_code, reason = "robust lists and futexes by hand, without the seam under test")]
#![allow(clippy::disallowed_methods, reason = "futex(2) has no wrapper")]

use std::fs;
use std::io::{self, PipeReader, PipeWriter, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::ptr::{self, NonNull};

use forkstep::atomic::{AtomicU32, Ordering};
use forkstep::{Region, Shared};
use forkstep_checks::watchdog::waiting_for;

use crate::participant;
use crate::script::{Act, PARTICIPANTS, Reply, Seen, Step, Value, WORDS};

/// A robust word with room for the links that the kernel expects 32 bytes behind it.
#[repr(C, align(64))]
pub(crate) struct RobustWord {
    pub(crate) word: AtomicU32,
    room: [u32; 7],
    pub(crate) next: forkstep::atomic::AtomicU64,
}

// SAFETY: plain words; what the links say is used by the process that wrote it, and the kernel.
unsafe impl Shared for RobustWord {}

impl RobustWord {
    fn new() -> RobustWord {
        let next = forkstep::atomic::AtomicU64::new(0);
        RobustWord { word: AtomicU32::new(0), room: [0; 7], next }
    }
}

struct Worker {
    pid: i32,
    orders: PipeWriter,
    replies: PipeReader,
    /// What it has not answered yet.
    order: Option<Act>,
    dead: bool,
}

/// Processes and the words that they share.
pub(crate) struct Machine {
    words: [NonNull<RobustWord>; WORDS],
    workers: Vec<Worker>,
    tids: Vec<u32>,
    /// Keeps the words mapped.
    _region: Region,
}

impl Machine {
    pub(crate) fn new() -> Machine {
        let region = Region::anonymous(WORDS * size_of::<RobustWord>()).expect("memory");
        let place = |_| NonNull::from(region.place_ref(RobustWord::new()).expect("room"));
        let words: [_; WORDS] = std::array::from_fn(place);
        let workers: Vec<_> = (0..PARTICIPANTS).map(|_| Worker::start(&words)).collect();
        let tids = workers.iter().map(|worker| worker.pid as u32).collect();
        Machine { words, workers, tids, _region: region }
    }

    /// Takes a step and waits until everybody has answered or sleeps.
    pub(crate) fn take(&mut self, step: Step) -> Seen {
        let worker = &mut self.workers[step.by];
        let mut replies = [None; PARTICIPANTS];
        if step.act == Act::Die {
            worker.kill();
            replies[step.by] = Some(Reply::Dead);
        } else {
            worker.send(step.act, &self.tids);
            replies[step.by] = self.workers[step.by].settle(&self.tids);
        }
        for (worker, reply) in self.workers.iter_mut().zip(&mut replies) {
            if worker.order.is_some() && reply.is_none() {
                *reply = worker.settle(&self.tids);
            }
        }
        self.seen(replies)
    }

    pub(crate) fn seen(&self, replies: [Option<Reply>; PARTICIPANTS]) -> Seen {
        let word = |at: NonNull<RobustWord>| {
            // SAFETY: the region keeps the word mapped.
            let bits = unsafe { at.as_ref() }.word.load(Ordering::SeqCst);
            Value::of(bits, &self.tids)
        };
        let asleep = std::array::from_fn(|number| self.workers[number].order.is_some());
        Seen { words: self.words.map(word), asleep, replies }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.workers.iter_mut().filter(|worker| !worker.dead).for_each(Worker::kill);
    }
}

impl Worker {
    fn start(words: &[NonNull<RobustWord>; WORDS]) -> Worker {
        let (order_reader, orders) = io::pipe().expect("a pipe");
        let (replies, reply_writer) = io::pipe().expect("a pipe");
        // SAFETY: the test process has one thread.
        let pid = unsafe { libc::fork() };
        assert!(pid >= 0, "fork: {}", io::Error::last_os_error());
        if pid == 0 {
            participant::live(words, order_reader, reply_writer);
        }
        Worker { pid, orders, replies, order: None, dead: false }
    }

    fn send(&mut self, act: Act, tids: &[u32]) {
        self.orders.write_all(&participant::encode(act, tids)).expect("it reads its orders");
        self.order = Some(act);
    }

    /// Waits until the process has answered, or sleeps on a futex: the kernel says which.
    fn settle(&mut self, tids: &[u32]) -> Option<Reply> {
        waiting_for("a participant to answer or to sleep");
        loop {
            // A woken process is runnable before its waker returns, so what is seen as asleep
            // after a step of somebody else still is. Asked first: who answers now did not sleep.
            let asleep = self.sleeps();
            if self.has_answered() {
                let mut reply = [0; 8];
                self.replies.read_exact(&mut reply).expect("it lives");
                let act = self.order.take().expect("it was asked");
                return Some(participant::decode(act, reply, tids));
            }
            if asleep {
                return None;
            }
            std::thread::yield_now();
        }
    }

    fn sleeps(&self) -> bool {
        let call = fs::read_to_string(format!("/proc/{}/syscall", self.pid)).unwrap_or_default();
        let mut fields = call.split(' ');
        let number = fields.next().and_then(|field| field.parse().ok());
        let operation = fields.nth(1);
        let wait = format!("{:#x}", libc::FUTEX_WAIT);
        number == Some(libc::SYS_futex) && operation == Some(&*wait)
    }

    fn has_answered(&self) -> bool {
        let fd = self.replies.as_raw_fd();
        let mut poll = libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
        // SAFETY: one pollfd at that address.
        unsafe { libc::poll(&raw mut poll, 1, 0) == 1 }
    }

    fn kill(&mut self) {
        // SAFETY: touches no memory; the process is ours and not reaped, so the number is its own.
        unsafe { libc::kill(self.pid, libc::SIGKILL) };
        waiting_for("the end of a killed participant");
        // SAFETY: a null status pointer is allowed.
        let reaped = unsafe { libc::waitpid(self.pid, ptr::null_mut(), 0) };
        assert_eq!(reaped, self.pid, "waitpid: {}", io::Error::last_os_error());
        (self.dead, self.order) = (true, None);
    }
}
