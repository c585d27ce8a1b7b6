//! The model of the kernel: futex queues, robust lists, life lines, death, a virtual clock.
//!
//! All participants of an execution are coroutines of one thread, so the kernel is a thread-local
//! object; it is never borrowed across a loom operation, and what is done under one borrow is one
//! atomic step. Words are known by number, in the order of their construction.
//!
//! Who runs: loom switches only inside its own operations, so each of them is wrapped
//! ([`loom_op`]) and puts the participant's number back when it returns.

use std::cell::RefCell;
use std::panic::Location;
use std::ptr::NonNull;
use std::rc::Rc;

use loom::thread::Thread;

use super::atomic::AtomicU32;
use super::life::Line;
use super::plan::{Crash, Plan, Run};
use super::thread::{aborted, set_aborted};
use super::trace::{Event, What};
use crate::sys::Until;

/// A participant that sleeps in a futex wait.
#[derive(Debug)]
pub(super) struct Sleeper {
    pub(super) participant: usize,
    pub(super) word: usize,
    pub(super) until: Until,
    pub(super) thread: Thread,
}

/// A word as timelines show it.
#[derive(Debug)]
struct Word {
    name: &'static str,
    /// What was last written to it.
    latest: u64,
}

/// One participant's robust list and pending entry, by the words' addresses.
#[derive(Clone, Debug, Default)]
pub(super) struct RobustList {
    pub(super) held: Vec<NonNull<AtomicU32>>,
    pub(super) pending: Option<NonNull<AtomicU32>>,
}

#[derive(Debug, Default)]
pub(crate) struct Kernel {
    plan: Plan,
    run: Run,
    pub(super) me: Option<usize>,
    words: Vec<Word>,
    /// In the order in which they fell asleep.
    pub(super) sleepers: Vec<Sleeper>,
    /// Per participant: how its sleep was ended, if somebody ended it.
    pub(super) roused: Vec<Option<crate::sys::WaitOutcome>>,
    pub(super) robust: Vec<RobustList>,
    /// Per life line: how many hold it.
    pub(super) holders: Vec<usize>,
    /// Per participant: the lines that it held when it died.
    pub(super) left_open: Vec<Vec<Rc<Line>>>,
    pub(super) unwinding: Vec<bool>,
    ended: Vec<bool>,
    dead: Vec<bool>,
    clock: u64,
    /// What every full fence touches first; see `fence` of the seam.
    fences: Option<Rc<loom::sync::atomic::AtomicUsize>>,
    trace: Vec<Event>,
}

/// Each death costs a participant one backstop; whoever needs this many will need more.
const MANY_BACKSTOPS: usize = 5;

thread_local! {
    static KERNEL: RefCell<Kernel> = RefCell::default();
}

/// Reaches the kernel of the execution on this thread, for one atomic step.
pub(crate) fn with<R>(f: impl FnOnce(&mut Kernel) -> R) -> R {
    KERNEL.with_borrow_mut(f)
}

/// The private payload with which a crashed participant unwinds.
struct Crashed;

/// How a participant's body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It returned.
    Returned,
    /// It died where the plan said.
    Crashed,
}

/// Starts an execution: a new kernel with this plan.
pub fn start(plan: Plan) {
    set_aborted(false);
    with(|kernel| {
        let n = plan.participants;
        let crashes = plan.crashes.len();
        *kernel = Kernel {
            run: Run {
                steps: vec![0; n],
                waits: vec![0; n],
                backstops: vec![0; n],
                crashed: vec![false; crashes],
                ..Run::default()
            },
            roused: vec![None; n],
            robust: vec![RobustList::default(); n],
            left_open: vec![Vec::new(); n],
            unwinding: vec![false; n],
            ended: vec![false; n],
            dead: vec![false; n],
            trace: std::mem::take(&mut kernel.trace),
            fences: Some(Rc::new(loom::sync::atomic::AtomicUsize::new(0))),
            plan,
            ..Kernel::default()
        };
        kernel.trace.clear();
    });
}

/// Says that all participants have ended, and what the execution did. From here on the caller is
/// outside: what it does is no participant's step.
pub fn finish() -> Run {
    with(|kernel| {
        kernel.me = None;
        kernel.run.clone()
    })
}

/// What happened so far, also after the execution has failed.
pub fn trace_so_far() -> Vec<Event> {
    with(|kernel| kernel.trace.clone())
}

/// Writes a remark into the trace.
#[track_caller]
pub fn note(text: impl Into<String>) {
    let at = Location::caller();
    let text = text.into();
    with(|kernel| kernel.record(What::Note(text), at));
}

/// Runs `body` as this participant; its shared steps are counted and it can be crashed.
///
/// Afterwards the participant is dead for the others: the kernel walks its robust list and then
/// closes its descriptors, as for a process that exits or is killed.
#[track_caller]
pub fn participant(number: usize, body: impl FnOnce()) -> Ended {
    let at = Location::caller();
    let outer = with(|kernel| kernel.me.replace(number));
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(body));
    let ended = match result {
        Ok(()) => Ended::Returned,
        Err(payload) if payload.is::<Crashed>() => Ended::Crashed,
        Err(payload) => std::panic::resume_unwind(payload),
    };
    with(|kernel| {
        kernel.dead[number] = true;
        let what = if ended == Ended::Crashed { What::Crash } else { What::End };
        kernel.record(what, at);
    });
    super::robust::walk_after_death(number, ended == Ended::Crashed);
    super::life::close_after_death(number);
    with(|kernel| {
        kernel.ended[number] = true;
        kernel.rouse_if_stuck();
        kernel.me = outer;
    });
    ended
}

/// Runs one loom operation and restores who runs. Returns `None` without running it once the
/// execution has failed.
pub(super) fn loom_op<R>(f: impl FnOnce() -> R) -> Option<R> {
    if aborted() {
        return None;
    }
    let me = with(|kernel| kernel.me);
    let result = f();
    with(|kernel| kernel.me = me);
    Some(result)
}

/// Counts a shared step of the calling participant, and crashes it if the plan says so. Returns
/// false if the operation must not be done, because its participant is dead: SIGKILL runs no
/// destructor, so those that unwinding runs do nothing.
pub(super) fn step() -> bool {
    if aborted() {
        return false;
    }
    let crash = with(|kernel| {
        let Some(me) = kernel.me() else { return Some(false) };
        if kernel.dead[me] {
            return None;
        }
        kernel.run.steps[me] += 1;
        let here = Crash { participant: me, step: kernel.run.steps[me] };
        let planned = kernel.plan.crashes.iter().position(|crash| *crash == here);
        if let Some(index) = planned {
            kernel.run.crashed[index] = true;
            kernel.dead[me] = true;
        }
        Some(planned.is_some())
    });
    match crash {
        Some(true) => std::panic::resume_unwind(Box::new(Crashed)),
        Some(false) => true,
        None => false,
    }
}

/// The virtual clock, in nanoseconds.
pub(crate) fn now() -> u64 {
    with(|kernel| kernel.clock)
}

impl Kernel {
    pub(super) fn me(&self) -> Option<usize> {
        self.me
    }

    pub(super) fn cure(&self) -> super::plan::Cure {
        self.plan.cure
    }

    pub(super) fn fences(&self) -> Option<Rc<loom::sync::atomic::AtomicUsize>> {
        self.fences.clone()
    }

    pub(super) fn count_owner_death(&mut self) {
        self.run.owner_deaths += 1;
    }

    pub(super) fn set_unwinding(&mut self, unwinding: bool) {
        if let Some(me) = self.me {
            self.unwinding[me] = unwinding;
        }
    }

    pub(super) fn new_word(&mut self, name: &'static str, value: u64) -> usize {
        self.words.push(Word { name, latest: value });
        self.words.len() - 1
    }

    pub(super) fn name(&self, word: usize) -> &'static str {
        self.words[word].name
    }

    /// Notes a write and returns what was written before.
    pub(super) fn replace_latest(&mut self, word: usize, value: u64) -> u64 {
        std::mem::replace(&mut self.words[word].latest, value)
    }

    pub(super) fn record(&mut self, what: What, at: &'static Location<'static>) {
        self.trace.push(Event { participant: self.me, what, at });
    }

    /// Counts a wait of `me` that would sleep; says how the plan ends it at once, if it does.
    pub(super) fn planned_end(&mut self, until: Until) -> Option<crate::sys::WaitOutcome> {
        let participant = self.me?;
        self.run.waits[participant] += 1;
        let here = super::plan::WaitFault { participant, wait: self.run.waits[participant] };
        if self.plan.interrupt == Some(here) {
            self.run.interrupted = true;
            return Some(crate::sys::WaitOutcome::Interrupted);
        }
        if self.plan.time_out == Some(here) {
            self.run.timed_out = true;
            self.clock = self.clock.max(until.ns);
            return Some(crate::sys::WaitOutcome::TimedOut);
        }
        None
    }

    /// Takes sleepers off a word's queue, oldest first, and marks them woken.
    pub(super) fn take_sleepers(&mut self, word: usize, count: usize) -> Vec<Thread> {
        let mut threads = Vec::new();
        while threads.len() < count {
            let Some(at) = self.sleepers.iter().position(|sleeper| sleeper.word == word) else {
                break;
            };
            threads.push(self.rouse(at, crate::sys::WaitOutcome::Woken));
        }
        threads
    }

    fn rouse(&mut self, at: usize, outcome: crate::sys::WaitOutcome) -> Thread {
        let sleeper = self.sleepers.remove(at);
        self.roused[sleeper.participant] = Some(outcome);
        sleeper.thread
    }

    /// If every participant that has not ended sleeps, time passes: up to the earliest deadline or
    /// backstop, and all waits that end there end. Nothing fires that may not: then loom finds
    /// the deadlock.
    pub(super) fn rouse_if_stuck(&mut self) {
        let live = self.ended.iter().filter(|ended| !**ended).count();
        if self.sleepers.len() < live || live == 0 {
            return;
        }
        let may_fire = |until: &Until, backstop: bool| backstop || !until.backstop;
        let backstop = self.plan.backstop;
        let untils = self.sleepers.iter().map(|sleeper| sleeper.until);
        let Some(next) = untils.filter(|u| may_fire(u, backstop)).map(|u| u.ns).min() else {
            return;
        };
        self.clock = self.clock.max(next);
        let due = |sleeper: &Sleeper| {
            may_fire(&sleeper.until, backstop) && sleeper.until.ns <= self.clock
        };
        while let Some(at) = self.sleepers.iter().position(due) {
            let Sleeper { participant, until, .. } = self.sleepers[at];
            self.run.backstops[participant] += usize::from(until.backstop);
            assert!(
                self.run.backstops[participant] < MANY_BACKSTOPS,
                "stuck: P{participant} wakes up by its backstop again and again, and nobody goes on"
            );
            let thread = self.sleepers.remove(at).thread;
            self.roused[participant] = Some(crate::sys::WaitOutcome::TimedOut);
            // Not oneself: the token would be left over for another park.
            if Some(participant) != self.me {
                thread.unpark();
            }
        }
    }
}
