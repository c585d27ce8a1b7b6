//! A participant: a process that stands in front of its next step.

use std::collections::HashMap;
use std::fs::File;
use std::rc::Rc;

use nix::sys::signal::Signal;

use super::alarm::PATIENCE;
use super::clock;
use super::instruction::{Decoded, LONGEST, Use};
use super::memory::{SharedMemory, hash_of};
use super::rewind::Kept;
use super::site::Sites;
use super::spin::Turns;
use super::trace::{Access, Action, Point};
use crate::ptrace::{End, Gone, Running, State, Stop, Stopped, unknown};

/// The thread id that participant 0 is told; the next one has the next.
pub(super) const FIRST_THREAD: u32 = 101;

/// How a participant stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Standing {
    /// In front of a step.
    At(Point),
    /// In a system call that sleeps.
    Asleep(Point),
    /// It has ended by itself; its process stands in front of its exit, or is gone.
    Ended(End),
    /// It was killed.
    Dead,
}

/// One participant.
#[derive(Debug)]
pub(super) struct Participant {
    pub(super) index: usize,
    /// `None` if it is gone.
    pub(super) process: Option<Stopped>,
    /// Those at its stop.
    pub(super) registers: libc::user_regs_struct,
    pub(super) standing: Standing,
    /// A hash of all that it has learnt: who has read the same is in the same state.
    pub(super) learnt: u128,
    /// A hash of what its operations have answered.
    pub(super) answered: u128,
    /// How many of its operations have responded.
    pub(super) responses: u32,
    /// Whether an operation begins with its next step.
    pub(super) invoked: bool,
    /// How much of its lane has been read.
    pub(super) heard: usize,
    /// What it is about to do with shared memory.
    pub(super) uses: Vec<Use>,
    /// Whether it was killed because it came to no step.
    pub(super) lost: bool,
    /// Which of its pages are its own, if that was asked before.
    pub(super) page_map: Option<File>,
    /// What the first half of an instruction has read that then writes.
    pub(super) read: Option<Vec<u8>>,
    /// Whether it cannot be taken back: its mappings are no longer those of its start, or its
    /// process is gone and with it the knowledge of what it had written to.
    pub(super) tainted: bool,
    /// The states in which it has been since shared memory changed.
    pub(super) turns: Turns,
    /// The hash of shared memory with which it does the same for ever.
    pub(super) spins_at: Option<u128>,
    /// Its state, if that was kept and nothing has happened to it since.
    pub(super) kept: Option<Rc<Kept>>,
}

/// What counts as a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Grain {
    /// What others can see: accesses to shared memory, and system calls.
    Accesses,
    /// Also changes of robust lists, because what a death leads to depends on them.
    RobustLists,
    /// Every instruction.
    Instructions,
}

impl Grain {
    /// Lets a process run on, to its next stop.
    pub(super) fn resume(self, stopped: Stopped) -> Result<Running, Gone> {
        if self == Self::Instructions { stopped.step() } else { stopped.resume(None) }
    }
}

/// What the tracer needs to understand where a participant stops.
#[derive(Debug)]
pub(super) struct Surroundings<'a> {
    pub(super) memory: &'a SharedMemory,
    pub(super) decoded: &'a mut HashMap<u64, Rc<Decoded>>,
    /// Where the clock is read.
    pub(super) clock: u64,
    pub(super) now: u64,
    /// The program's own code.
    pub(super) code: std::ops::Range<u64>,
    pub(super) grain: Grain,
    /// Where code lies that stands in for the program's own.
    pub(super) trampolines: std::ops::Range<u64>,
    /// What finds callers, in an execution that is to be shown.
    pub(super) sites: Option<&'a Sites>,
}

/// Something that a participant did which ends the execution at once.
pub(super) type Wrong = String;

impl Participant {
    pub(super) fn new(index: usize) -> Self {
        Self {
            index,
            process: None,
            registers: unknown(),
            standing: Standing::Dead,
            learnt: 0,
            answered: 0,
            responses: 0,
            invoked: false,
            heard: 0,
            uses: Vec::new(),
            lost: false,
            page_map: None,
            read: None,
            tainted: false,
            turns: Turns::default(),
            spins_at: None,
            kept: None,
        }
    }

    /// Its thread id, as it is told.
    pub(super) fn thread(&self) -> u32 {
        FIRST_THREAD + self.index as u32
    }

    /// Whether it may still do something.
    pub(super) fn is_alive(&self) -> bool {
        matches!(self.standing, Standing::At(_) | Standing::Asleep(_))
    }

    /// Adds to what it has learnt.
    pub(super) fn learn(&mut self, what: impl std::hash::Hash) {
        self.learnt = hash_of(&(self.learnt, what));
    }

    /// Lets it run until it stands in front of its next step, or has ended. Returns what is wrong
    /// with what it did, if something is.
    pub(super) fn run(
        &mut self,
        mut running: Running,
        around: &mut Surroundings<'_>,
    ) -> Option<Wrong> {
        loop {
            let stopped = match running.wait_or(PATIENCE) {
                Ok(State::Stopped(stopped)) => stopped,
                Ok(State::Ended(end)) => return self.has_ended(end),
                Err(lost) => {
                    lost.kill();
                    self.lost = true;
                    self.has_ended(End::Killed(libc::SIGKILL));
                    return Some(format!("it comes to no step for {PATIENCE} s"));
                }
            };
            match self.arrive(stopped, around) {
                Ok(Arrival::Stands) => return None,
                Ok(Arrival::Goes(on)) => running = on,
                Ok(Arrival::Wrong(wrong)) => return Some(wrong),
                Err(Gone(end)) => return self.has_ended(end),
            }
        }
    }

    /// It stands in front of its program.
    pub(super) fn stand_at_start(&mut self, stopped: Stopped) -> Result<(), Gone> {
        self.registers = stopped.general()?;
        let (at, action) = (self.registers.rip, Action::RobustList);
        self.standing = Standing::At(Point { at, caller: 0, action, address: 0 });
        self.process = Some(stopped);
        Ok(())
    }

    /// A trap that is no breakpoint: behind a change of its robust list, or behind an instruction.
    fn at_trap(
        &mut self,
        stopped: Stopped,
        around: &mut Surroundings<'_>,
    ) -> Result<Arrival, Gone> {
        let at = self.registers.rip;
        let stands_in = around.trampolines.contains(&at);
        let expected = stands_in || stopped.take_watched_write() == Ok(true);
        match around.grain {
            // It was made to stop while more was a step than now, or it is not yet back from what
            // stands in for one instruction.
            Grain::Accesses if expected => return around.grain.resume(stopped).map(Arrival::Goes),
            Grain::Instructions if stands_in => {
                return around.grain.resume(stopped).map(Arrival::Goes);
            }
            Grain::RobustLists if expected => {}
            Grain::Instructions => {}
            Grain::Accesses | Grain::RobustLists => {
                return Ok(self.wrong(stopped, "SIGTRAP: it comes to a breakpoint of its own"));
            }
        }
        let action = Action::RobustList;
        let caller = if stands_in { 0 } else { caller(&stopped, &self.registers, around) };
        self.standing = Standing::At(Point { at, caller, action, address: 0 });
        self.process = Some(stopped);
        Ok(Arrival::Stands)
    }

    fn has_ended(&mut self, end: End) -> Option<Wrong> {
        self.standing = Standing::Ended(end);
        self.process = None;
        self.tainted = true;
        match end {
            End::Exited(_) => None,
            End::Killed(signal) => Some(format!("it ends by signal {signal}")),
        }
    }

    fn arrive(&mut self, stopped: Stopped, around: &mut Surroundings<'_>) -> Result<Arrival, Gone> {
        self.registers = stopped.general()?;
        match stopped.stop() {
            Stop::Signal(Signal::SIGSEGV) => Ok(self.at_access(stopped, around)),
            Stop::Signal(Signal::SIGTRAP) if self.registers.rip == around.clock + 1 => {
                self.learn(around.now);
                clock::answer(&stopped, self.registers, around.now)?;
                around.grain.resume(stopped).map(Arrival::Goes)
            }
            Stop::Signal(Signal::SIGTRAP) => self.at_trap(stopped, around),
            Stop::Signal(other) => stopped.resume(Some(other)).map(Arrival::Goes),
            Stop::SystemCall => self.at_call(stopped, around),
            Stop::Forked(_) | Stop::Event(_) => Ok(self.wrong(stopped, "it forks")),
        }
    }

    /// It has touched memory that it cannot reach: shared, or none of its own.
    fn at_access(&mut self, stopped: Stopped, around: &mut Surroundings<'_>) -> Arrival {
        let at = self.registers.rip;
        let decoded = match decode(&stopped, at, around) {
            Ok(decoded) => decoded,
            Err(error) => return self.wrong(stopped, &error),
        };
        self.uses = decoded.uses(&self.registers);
        let shared = |used: &&Use| around.memory.contains(used.address, used.len);
        let Some(used) = self.uses.iter().find(shared).copied() else {
            let to: Vec<_> = self.uses.iter().map(|u| format!("{:#x}", u.address)).collect();
            let what = format!("SIGSEGV: it uses memory that is not mapped, at {}", to.join(", "));
            return self.wrong(stopped, &what);
        };
        // A copy within shared memory is one access with two sides: it changes what it writes to.
        let writes = self.uses.iter().filter(shared).find(|used| used.access != Access::Read);
        let used = writes.copied().unwrap_or(used);
        let caller = caller(&stopped, &self.registers, around);
        let access = if decoded.is_split() { Access::Read } else { used.access };
        let action = Action::Access(access);
        self.standing = Standing::At(Point { at, caller, action, address: used.address });
        self.process = Some(stopped);
        Arrival::Stands
    }

    /// It is about to make a system call.
    fn at_call(
        &mut self,
        stopped: Stopped,
        around: &mut Surroundings<'_>,
    ) -> Result<Arrival, Gone> {
        let number = self.registers.orig_rax;
        let action = match number as libc::c_long {
            libc::SYS_gettid | libc::SYS_getpid => {
                let thread = i64::from(self.thread());
                return self.answer(stopped, thread, around.grain).map(Arrival::Goes);
            }
            libc::SYS_sched_yield => {
                return self.answer(stopped, 0, around.grain).map(Arrival::Goes);
            }
            libc::SYS_brk | libc::SYS_mmap | libc::SYS_munmap | libc::SYS_mremap => {
                self.tainted = true;
                return around.grain.resume(stopped).map(Arrival::Goes);
            }
            libc::SYS_exit_group => {
                self.standing = Standing::Ended(End::Exited(self.registers.rdi as i32));
                self.process = Some(stopped);
                return Ok(Arrival::Stands);
            }
            libc::SYS_futex => match self.registers.rsi as i32 & FUTEX_COMMAND {
                libc::FUTEX_WAIT_BITSET | libc::FUTEX_WAIT => Action::Wait,
                libc::FUTEX_WAKE => Action::Wake,
                other => {
                    let what = format!("futex operation {other} is not one that is understood");
                    return Ok(self.wrong(stopped, &what));
                }
            },
            libc::SYS_nanosleep | libc::SYS_clock_nanosleep => Action::Sleep,
            libc::SYS_fork | libc::SYS_vfork | libc::SYS_clone | libc::SYS_clone3 => {
                return Ok(self.wrong(stopped, "it forks or starts a thread"));
            }
            _ => Action::Call(number),
        };
        let futex = matches!(action, Action::Wait | Action::Wake);
        let address = if futex { self.registers.rdi } else { 0 };
        if futex && !around.memory.contains(address, 4) {
            if action == Action::Wake {
                // It has one thread: nobody sleeps there.
                return self.answer(stopped, 0, around.grain).map(Arrival::Goes);
            }
            return Ok(self.wrong(stopped, "it sleeps on a futex that nobody shares"));
        }
        // The instruction is two bytes long and has been executed.
        let at = self.registers.rip - 2;
        let caller = caller(&stopped, &self.registers, around);
        self.standing = Standing::At(Point { at, caller, action, address });
        self.process = Some(stopped);
        Ok(Arrival::Stands)
    }

    /// Lets a system call return without being made.
    pub(super) fn answer(
        &mut self,
        stopped: Stopped,
        result: i64,
        grain: Grain,
    ) -> Result<Running, Gone> {
        self.registers.orig_rax = u64::MAX;
        self.registers.rax = result as u64;
        stopped.set_general(self.registers)?;
        grain.resume(stopped)
    }

    fn wrong(&mut self, stopped: Stopped, what: &str) -> Arrival {
        self.standing = Standing::Ended(End::Killed(libc::SIGSEGV));
        self.process = Some(stopped);
        Arrival::Wrong(what.to_owned())
    }
}

/// The flags of an operation aside: FUTEX_PRIVATE_FLAG is one, and means nothing here.
const FUTEX_COMMAND: i32 = 0x7f;

/// What follows from a stop.
enum Arrival {
    /// The participant stands in front of a step, or at its end.
    Stands,
    /// It goes on: this was no step.
    Goes(Running),
    /// It has done what none may do.
    Wrong(Wrong),
}

fn decode(
    stopped: &Stopped,
    at: u64,
    around: &mut Surroundings<'_>,
) -> Result<Rc<Decoded>, String> {
    if let Some(decoded) = around.decoded.get(&at) {
        return Ok(decoded.clone());
    }
    let mut bytes = [0; LONGEST];
    stopped.read(at, &mut bytes).map_err(|_| format!("it jumps to {at:#x}, where no code is"))?;
    let decoded = Rc::new(Decoded::new(&bytes, at)?);
    around.decoded.insert(at, decoded.clone());
    Ok(decoded)
}

/// By whose call it came here, as far as that is asked for. Who is in the same state has the same
/// stack, and so the same callers.
fn caller(stopped: &Stopped, registers: &libc::user_regs_struct, around: &Surroundings<'_>) -> u64 {
    let read = |address| {
        let mut word = [0; 8];
        stopped.read(address, &mut word).ok().map(|()| u64::from_le_bytes(word))
    };
    let own = around.sites.map_or(0, |sites| sites.own_caller(registers, read));
    if own != 0 || around.code.contains(&registers.rip) {
        return own;
    }
    // A function of a library that keeps nothing on the stack, as copies do.
    read(registers.rsp).filter(|back| around.code.contains(back)).unwrap_or(0)
}
