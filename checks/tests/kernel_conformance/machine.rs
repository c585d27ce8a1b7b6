//! The real kernel: processes that do what they are told through pipes.

#![allow(unsafe_code, reason = "robust lists and futexes by hand, without the seam under test")]
#![allow(clippy::disallowed_methods, reason = "futex(2) has no wrapper")]

use std::fs;
use std::io::{self, PipeReader, PipeWriter, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::ptr;
use std::time::Duration;

use forkstep::atomic::Ordering;
use forkstep_checks::watchdog::waiting_for;

use crate::page::{Page, Pages};
use crate::participant;
use crate::script::{Act, PARTICIPANTS, Reply, Seen, Step, Value};

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
    pages: Pages,
    workers: Vec<Worker>,
    tids: Vec<u32>,
    /// How long a wait with a time limit lasts.
    limit: Duration,
}

impl Machine {
    pub(crate) fn new(limit: Duration) -> Machine {
        let pages = Pages::new();
        let workers: Vec<_> = (0..PARTICIPANTS).map(|_| Worker::start(pages.page())).collect();
        let tids = workers.iter().map(|worker| worker.pid as u32).collect();
        Machine { pages, workers, tids, limit }
    }

    /// Takes a step and waits until everybody has answered or sleeps.
    pub(crate) fn take(&mut self, step: Step) -> Seen {
        let worker = &mut self.workers[step.by];
        let mut replies = [None; PARTICIPANTS];
        let passes = step.act == Act::Pass;
        if step.act == Act::Die {
            worker.kill();
            replies[step.by] = Some(Reply::Dead);
        } else if !passes {
            worker.send(step.act, &self.tids, self.limit);
            replies[step.by] = worker.settle(&self.tids, passes);
        }
        for (worker, reply) in self.workers.iter_mut().zip(&mut replies) {
            if worker.order.is_some() && reply.is_none() {
                *reply = worker.settle(&self.tids, passes);
            }
        }
        self.seen(replies)
    }

    pub(crate) fn seen(&self, replies: [Option<Reply>; PARTICIPANTS]) -> Seen {
        let word = |word| {
            let bits = self.pages.page().word(word).load(Ordering::SeqCst);
            Value::of(bits, &self.tids)
        };
        let asleep = std::array::from_fn(|number| self.workers[number].order.is_some());
        Seen { words: std::array::from_fn(word), asleep, replies }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.workers.iter_mut().filter(|worker| !worker.dead).for_each(Worker::kill);
    }
}

impl Worker {
    fn start(page: Page) -> Worker {
        let (order_reader, orders) = io::pipe().expect("a pipe");
        let (replies, reply_writer) = io::pipe().expect("a pipe");
        // SAFETY: the test process has one thread.
        let pid = unsafe { libc::fork() };
        assert!(pid >= 0, "fork: {}", io::Error::last_os_error());
        if pid == 0 {
            participant::live(page, order_reader, reply_writer);
        }
        Worker { pid, orders, replies, order: None, dead: false }
    }

    fn send(&mut self, act: Act, tids: &[u32], limit: Duration) {
        let order = participant::encode(act, tids, limit);
        self.orders.write_all(&order).expect("it reads its orders");
        self.order = Some(act);
    }

    /// Waits until the process has answered, or sleeps on a futex: the kernel says which. If time
    /// `passes`, a sleep with a time limit is no answer.
    fn settle(&mut self, tids: &[u32], passes: bool) -> Option<Reply> {
        let ends = passes && matches!(self.order, Some(Act::Wait { limited: true, .. }));
        waiting_for("a participant to answer or to sleep");
        loop {
            // A woken process is runnable before its waker returns, so what is seen as asleep
            // after a step of somebody else still is. Asked first: who answers now did not sleep.
            let asleep = !ends && self.sleeps();
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
