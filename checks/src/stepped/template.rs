//! The process that participants are forked from.
//!
//! It has everything that a participant needs, before any participant has begun: the shared state,
//! its closed view and the open one beside it, a breakpoint where the clock is read. So starting a
//! participant is a fork, and all of one scenario start from the same memory at the same addresses.

#![allow(unsafe_code, reason = "forks, maps the same memory twice, and stops on purpose")]

use std::arch::asm;
use std::cell::RefCell;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};

use nix::sys::signal::{SigSet, SigmaskHow, Signal, sigprocmask};
use nix::unistd::{ForkResult, Pid, fork};

use super::clock;
use super::filter;
use super::journal::Journal;
use super::mappings::{Mapping, mappings, new_and_shared};
use super::scenario::{Scenario, Stage};
use super::trampoline::Trampolines;
use crate::ptrace::{End, Running, State, Stop, Stopped, let_be_traced};

/// The exit code of a participant that panicked.
const PANICKED: i32 = 101;
/// The exit code of a template that could not prepare itself.
const UNPREPARED: i32 = 102;
/// Between the two views of shared memory: what a displacement can hold, tried in this order.
const DISTANCES: [i64; 6] = [1 << 29, -(1 << 29), 1 << 28, -(1 << 28), 1 << 30, -(1 << 30)];
/// The heap that participants find free, so that none has to ask for more.
const HEAP: usize = 256 * 1024;

/// A scenario that is set up, and the process that waits to be forked.
pub(super) struct Template {
    /// `None` while it runs.
    process: Option<Stopped>,
    pub(super) journal: Journal,
    pub(super) trampolines: Trampolines,
    pub(super) ranges: Vec<Range<u64>>,
    pub(super) distance: i64,
    /// Where participants stop to read the clock.
    pub(super) clock: u64,
    /// Keeps the shared memory mapped.
    pub(super) stage: Box<dyn Stage>,
}

impl Template {
    /// Sets a scenario up and forks its template.
    ///
    /// # Errors
    ///
    /// The kernel refuses memory, processes or tracing; or the scenario shares no memory.
    pub(super) fn start(scenario: &Scenario) -> Result<Self, String> {
        let journal = Journal::new(scenario.lanes())?;
        let trampolines = Trampolines::new()?;
        let before = mappings("self")?;
        let stage = scenario.play.clone().set_up();
        let after = mappings("self")?;
        let ranges = new_and_shared(&before, &after);
        if ranges.is_empty() {
            return Err(format!("the set-up of {} makes no shared memory", scenario.name));
        }
        let distance = distance(&ranges, &after)?;
        let clock = clock::entry(&after)?;
        let views = Views { ranges: &ranges, distance };
        // SAFETY: this process has one thread, which the explorer asks for; the child runs
        // `live`, which never returns.
        let pid = match unsafe { fork() }.map_err(|errno| format!("fork: {errno}"))? {
            ForkResult::Parent { child } => child,
            ForkResult::Child => live(&views, &*stage, &journal),
        };
        let process = await_template(Running::new(pid))?;
        let said = |_| "the template is gone".to_owned();
        process.follow().map_err(said)?;
        clock::plant(&process, clock)?;
        let process = await_template(process.resume(None).map_err(said)?)?;
        let process = Some(process);
        Ok(Self { process, journal, trampolines, ranges, distance, clock, stage })
    }

    /// Its process id.
    pub(super) fn id(&self) -> i32 {
        self.process.as_ref().map_or(0, |process| process.pid().as_raw())
    }

    /// Forks a participant, which is stopped in front of its program.
    ///
    /// # Errors
    ///
    /// The kernel refuses another process.
    pub(super) fn fork(&mut self, participant: usize) -> Result<Stopped, String> {
        let gone = |_| "the template is gone".to_owned();
        let process = self.process.take().ok_or("the template is gone")?;
        let mut registers = process.general().map_err(gone)?;
        registers.rax = participant as u64;
        process.set_general(registers).map_err(gone)?;
        let child = match process.resume(None).map_err(gone)?.wait() {
            State::Stopped(stopped) => {
                let Stop::Forked(child) = stopped.stop() else {
                    return Err(format!("the template cannot fork: {:?}", stopped.stop()));
                };
                self.process = Some(await_template(stopped.resume(None).map_err(gone)?)?);
                child
            }
            State::Ended(end) => return Err(format!("the template has ended: {end:?}")),
        };
        // It is born stopped; then it prepares itself, and stops where its program begins.
        let born = await_template(Running::new(child))?;
        await_template(born.resume(None).map_err(gone)?)
    }
}

impl Drop for Template {
    fn drop(&mut self) {
        if let Some(process) = self.process.take() {
            process.kill();
        }
    }
}

/// Waits until the template, or a child of it, stops to be told something.
fn await_template(running: Running) -> Result<Stopped, String> {
    match running.wait() {
        State::Stopped(stopped) => match stopped.stop() {
            Stop::Signal(Signal::SIGTRAP | Signal::SIGSTOP) => Ok(stopped),
            other => Err(format!("the template has stopped: {other:?}")),
        },
        State::Ended(End::Exited(UNPREPARED)) => {
            Err("the template cannot prepare itself: the kernel refuses".to_owned())
        }
        State::Ended(end) => Err(format!("the template has ended: {end:?}")),
    }
}

/// How far the second view of shared memory lies from the first: where nothing is mapped.
fn distance(ranges: &[Range<u64>], mapped: &[Mapping]) -> Result<i64, String> {
    let free = |range: &Range<u64>, distance: i64| {
        let start = range.start.wrapping_add_signed(distance);
        let end = range.end.wrapping_add_signed(distance);
        mapped.iter().all(|mapping| mapping.end <= start || end <= mapping.start)
    };
    let fits = |distance: &i64| ranges.iter().all(|range| free(range, *distance));
    let distance = DISTANCES.into_iter().find(fits);
    distance.ok_or_else(|| "there is no room for a second view of shared memory".to_owned())
}

/// The two views of shared memory.
struct Views<'a> {
    ranges: &'a [Range<u64>],
    distance: i64,
}

impl Views<'_> {
    /// Opens the second view, then closes the first.
    fn open_and_close(&self) -> Result<(), String> {
        for range in self.ranges {
            let len = (range.end - range.start) as usize;
            let first = range.start as *mut libc::c_void;
            let second = range.start.wrapping_add_signed(self.distance) as *mut libc::c_void;
            let flags = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED;
            // SAFETY: an old length of 0 maps the shared pages a second time and leaves the first
            // mapping alone; nothing is mapped where the second one goes.
            let result = unsafe { libc::mremap(first, 0, len, flags, second) };
            if result == libc::MAP_FAILED {
                return Err(format!("mremap: {}", std::io::Error::last_os_error()));
            }
            // SAFETY: the range is a mapping of this process; every access to it is stopped from
            // here on, and that is the purpose.
            let result = unsafe { libc::mprotect(first, len, libc::PROT_NONE) };
            if result != 0 {
                return Err(format!("mprotect: {}", std::io::Error::last_os_error()));
            }
        }
        Ok(())
    }
}

/// The life of the template: it forks whom it is told to, until it is killed.
fn live(views: &Views<'_>, stage: &dyn Stage, journal: &Journal) -> ! {
    if let_be_traced().is_err() || prepare(views).is_err() {
        exit(UNPREPARED);
    }
    loop {
        let participant = ask();
        // SAFETY: this process has one thread.
        match unsafe { fork() } {
            Ok(ForkResult::Child) => take_part(participant, stage, journal),
            Ok(ForkResult::Parent { .. }) => {}
            Err(_) => exit(UNPREPARED),
        }
    }
}

fn prepare(views: &Views<'_>) -> Result<(), String> {
    set_hook(Box::new(|info| LAST_PANIC.with(|last| *last.borrow_mut() = info.to_string())));
    // Children end unasked and need not be waited for by this process: their tracer does that.
    let mut ignored = SigSet::empty();
    ignored.add(Signal::SIGCHLD);
    sigprocmask(SigmaskHow::SIG_BLOCK, Some(&ignored), None).map_err(|e| e.to_string())?;
    // SAFETY: to ignore a signal is always allowed.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) };
    keep_heap();
    views.open_and_close()
}

/// Makes the heap large enough for a participant, and keeps it: a participant that asks the kernel
/// for memory could not be taken back to where it was before.
fn keep_heap() {
    for (parameter, value) in [
        (libc::M_MMAP_THRESHOLD, i32::MAX),
        (libc::M_TRIM_THRESHOLD, i32::MAX),
        (libc::M_TOP_PAD, 4 * HEAP as i32),
    ] {
        // SAFETY: mallopt only sets parameters.
        unsafe { libc::mallopt(parameter, value) };
    }
    drop(std::hint::black_box(vec![1_u8; HEAP]));
}

/// Stops until the tracer says which participant to fork, or that the program may begin.
fn ask() -> usize {
    let mut told = 0_usize;
    // SAFETY: a breakpoint stops this process, which is traced; the tracer leaves its answer in
    // the register and changes nothing else.
    unsafe { asm!("int3", inout("rax") told) };
    told
}

thread_local! {
    /// What the last panic said.
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The life of a participant.
fn take_part(participant: usize, stage: &dyn Stage, journal: &Journal) -> ! {
    let log = journal.log(participant);
    if let Err(what) = filter::install() {
        log.fail(&what);
        exit(PANICKED);
    }
    ask();
    let ran = catch_unwind(AssertUnwindSafe(|| stage.run(participant, &log)));
    if ran.is_err() {
        LAST_PANIC.with(|last| log.fail(&last.borrow()));
        exit(PANICKED);
    }
    exit(0)
}

/// Ends this process at once: what was inherited is not its own to clean up.
fn exit(code: i32) -> ! {
    // SAFETY: `_exit` has no requirement.
    unsafe { libc::_exit(code) }
}

impl std::fmt::Debug for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Template({:?})", self.process.as_ref().map(Stopped::pid).map(Pid::as_raw))
    }
}
