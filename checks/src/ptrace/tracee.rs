//! A tracee in one of its states.

#![allow(unsafe_code, reason = "register sets have no safe wrapper for x86-64 vector registers")]

use std::io::{IoSlice, IoSliceMut};

use nix::errno::Errno;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill, raise};
use nix::sys::uio::{RemoteIoVec, process_vm_readv};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::Registers;

/// The register set of vector registers, as in `elf.h`.
const NT_X86_XSTATE: usize = 0x202;
/// More than any processor's vector registers take so far.
const VECTOR_BYTES: usize = 12 * 1024;

/// How a tracee has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// It exited with this code.
    Exited(i32),
    /// This signal killed it.
    Killed(i32),
}

/// The tracee is no longer there: how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone(pub End);

/// Why a tracee has stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A signal is about to be delivered; a breakpoint or a single step is SIGTRAP.
    Signal(Signal),
    /// It is about to make a system call that its filter has chosen.
    SystemCall,
    /// It has forked this child, which is traced too and about to stop.
    Forked(Pid),
    /// Another event of ptrace, by its number.
    Event(i32),
}

/// A tracee that runs, or that nobody has waited for yet.
#[derive(Debug)]
pub struct Running(Pid);

/// A tracee that stands still until it is resumed.
#[derive(Debug)]
pub struct Stopped {
    pub(super) pid: Pid,
    stop: Stop,
}

/// What a wait finds.
#[derive(Debug)]
pub enum State {
    /// It stands still.
    Stopped(Stopped),
    /// It is no longer there.
    Ended(End),
}

/// Makes the calling process a tracee of its parent and stops it.
///
/// # Errors
///
/// The kernel refuses: it is traced already, or tracing is forbidden here.
pub fn let_be_traced() -> Result<(), Errno> {
    ptrace::traceme()?;
    raise(Signal::SIGSTOP)
}

impl Running {
    /// A child that lets itself be traced, or that a tracee has forked.
    #[must_use]
    pub fn new(pid: Pid) -> Self {
        Self(pid)
    }

    /// Waits until it stops or ends, unless signals interrupt that so many times: then it is given
    /// back, still running.
    ///
    /// # Errors
    ///
    /// It was interrupted.
    ///
    /// # Panics
    ///
    /// It is no tracee of this thread.
    pub fn wait_or(self, interruptions: u32) -> Result<State, Self> {
        let mut left = interruptions;
        loop {
            match waitpid(self.0, Some(WaitPidFlag::__WALL)) {
                Err(Errno::EINTR) if left <= 1 => return Err(self),
                Err(Errno::EINTR) => left -= 1,
                status => {
                    let status = status.expect("only tracees of this thread are waited for");
                    if let Some(state) = state_of(self.0, status) {
                        return Ok(state);
                    }
                }
            }
        }
    }

    /// Kills it and waits for its end.
    pub fn kill(self) {
        // It may be gone already: then the wait finds how.
        let _ = kill(self.0, Signal::SIGKILL);
        reap(self.0);
    }

    /// Waits until it stops or ends.
    ///
    /// # Panics
    ///
    /// It is no tracee of this thread.
    #[must_use]
    pub fn wait(self) -> State {
        let mut at = self;
        loop {
            match at.wait_or(u32::MAX) {
                Ok(state) => return state,
                Err(still) => at = still,
            }
        }
    }
}

/// What a wait has found; `None` if it says nothing of a stop or an end.
fn state_of(pid: Pid, status: WaitStatus) -> Option<State> {
    let stop = match status {
        WaitStatus::Exited(_, code) => return Some(State::Ended(End::Exited(code))),
        WaitStatus::Signaled(_, signal, _) => {
            return Some(State::Ended(End::Killed(signal as i32)));
        }
        WaitStatus::Stopped(_, signal) => Stop::Signal(signal),
        WaitStatus::PtraceEvent(_, _, event) => event_of(pid, event),
        _ => return None,
    };
    Some(State::Stopped(Stopped { pid, stop }))
}

fn event_of(pid: Pid, event: i32) -> Stop {
    match event {
        libc::PTRACE_EVENT_SECCOMP => Stop::SystemCall,
        libc::PTRACE_EVENT_FORK => {
            let child = ptrace::getevent(pid).unwrap_or_default();
            Stop::Forked(Pid::from_raw(child as i32))
        }
        other => Stop::Event(other),
    }
}

impl Stopped {
    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Why it has stopped.
    #[must_use]
    pub fn stop(&self) -> Stop {
        self.stop
    }

    /// Makes it and its children end with their tracer, tells forks, and stops it in front of the
    /// system calls that its filter chooses.
    ///
    /// # Errors
    ///
    /// It is gone.
    pub fn follow(&self) -> Result<(), Gone> {
        let options = Options::PTRACE_O_EXITKILL
            | Options::PTRACE_O_TRACEFORK
            | Options::PTRACE_O_TRACESECCOMP;
        self.asked(ptrace::setoptions(self.pid, options))
    }

    /// Its general registers.
    ///
    /// # Errors
    ///
    /// It is gone.
    pub fn general(&self) -> Result<libc::user_regs_struct, Gone> {
        self.asked(ptrace::getregs(self.pid))
    }

    /// Replaces its general registers.
    ///
    /// # Errors
    ///
    /// It is gone.
    pub fn set_general(&self, registers: libc::user_regs_struct) -> Result<(), Gone> {
        self.asked(ptrace::setregs(self.pid, registers))
    }

    /// Where it goes on when it is resumed.
    ///
    /// # Errors
    ///
    /// It is gone.
    pub fn jump(&self, address: u64) -> Result<(), Gone> {
        let offset = std::mem::offset_of!(libc::user, regs.rip);
        let data = address as libc::c_long;
        self.asked(ptrace::write_user(self.pid, offset as ptrace::AddressType, data))
    }

    /// All its registers, of which `general` are known already.
    ///
    /// # Errors
    ///
    /// It is gone.
    pub fn registers(&self, general: libc::user_regs_struct) -> Result<Registers, Gone> {
        let mut vector = vec![0_u8; VECTOR_BYTES];
        let len = self.asked(self.vector_set(libc::PTRACE_GETREGSET, &mut vector))?;
        vector.truncate(len);
        Ok(Registers { general, vector })
    }

    /// Replaces all its registers.
    ///
    /// # Errors
    ///
    /// It is gone.
    pub fn set_registers(&self, registers: &mut Registers) -> Result<(), Gone> {
        self.set_general(registers.general)?;
        self.asked(self.vector_set(libc::PTRACE_SETREGSET, &mut registers.vector)).map(drop)
    }

    fn vector_set(&self, request: libc::c_uint, bytes: &mut [u8]) -> Result<usize, Errno> {
        let mut area = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: bytes.len() };
        // SAFETY: `area` describes `bytes`, which outlives the call; the kernel reads or writes no
        // more than that, and says in `iov_len` how much it was.
        let result =
            unsafe { libc::ptrace(request, self.pid.as_raw(), NT_X86_XSTATE, &raw mut area) };
        Errno::result(result).map(|_| area.iov_len)
    }

    /// Reads its memory.
    ///
    /// # Errors
    ///
    /// The kernel's: the memory is not all there, or the tracee is gone.
    pub fn read(&self, address: u64, into: &mut [u8]) -> Result<(), Errno> {
        let len = into.len();
        let from = RemoteIoVec { base: address as usize, len };
        let read = process_vm_readv(self.pid, &mut [IoSliceMut::new(into)], &[from])?;
        if read == len { Ok(()) } else { Err(Errno::EFAULT) }
    }

    /// Writes to its memory, where it could itself.
    ///
    /// # Errors
    ///
    /// The kernel's: the memory is not all there, or the tracee is gone.
    pub fn write(&self, address: u64, bytes: &[u8]) -> Result<(), Errno> {
        let to = RemoteIoVec { base: address as usize, len: bytes.len() };
        let from = [IoSlice::new(bytes)];
        let written = nix::sys::uio::process_vm_writev(self.pid, &from, &[to])?;
        if written == bytes.len() { Ok(()) } else { Err(Errno::EFAULT) }
    }

    /// Reads parts of its memory, of `len` bytes each, one behind the other into `into`.
    ///
    /// # Errors
    ///
    /// As for [`read`](Self::read).
    pub fn read_each(&self, addresses: &[u64], len: usize, into: &mut [u8]) -> Result<(), Errno> {
        let parts = parts(addresses, len);
        let all = into.len();
        let read = process_vm_readv(self.pid, &mut [IoSliceMut::new(into)], &parts)?;
        if read == all { Ok(()) } else { Err(Errno::EFAULT) }
    }

    /// Writes parts of its memory, of `len` bytes each, from `bytes`.
    ///
    /// # Errors
    ///
    /// As for [`write`](Self::write).
    pub fn write_each(&self, addresses: &[u64], len: usize, bytes: &[u8]) -> Result<(), Errno> {
        let parts = parts(addresses, len);
        let written = nix::sys::uio::process_vm_writev(self.pid, &[IoSlice::new(bytes)], &parts)?;
        if written == bytes.len() { Ok(()) } else { Err(Errno::EFAULT) }
    }

    /// Writes one word where it could not itself: to code.
    ///
    /// # Errors
    ///
    /// It is gone, or has nothing there.
    pub fn poke(&self, address: u64, word: i64) -> Result<(), Errno> {
        ptrace::write(self.pid, address as ptrace::AddressType, word)
    }

    /// Reads one word, of code as well.
    ///
    /// # Errors
    ///
    /// It is gone, or has nothing there.
    pub fn peek(&self, address: u64) -> Result<i64, Errno> {
        ptrace::read(self.pid, address as ptrace::AddressType)
    }

    /// Lets it run on, with a signal or without.
    ///
    /// # Errors
    ///
    /// It is gone.
    pub fn resume(self, signal: Option<Signal>) -> Result<Running, Gone> {
        let pid = self.pid;
        self.asked(ptrace::cont(pid, signal)).map(|()| Running(pid))
    }

    /// Lets it make the system call that it has stopped in front of; says what that returned. If
    /// signals interrupt the wait for it so many times, it is killed.
    ///
    /// # Errors
    ///
    /// It is gone, perhaps by that call.
    pub fn make_call(self, interruptions: u32) -> Result<(Self, i64), Gone> {
        self.asked(ptrace::syscall(self.pid, None))?;
        match Running(self.pid).wait_or(interruptions) {
            Ok(State::Stopped(stopped)) => {
                let result = stopped.general()?.rax as i64;
                Ok((stopped, result))
            }
            Ok(State::Ended(end)) => Err(Gone(end)),
            Err(blocked) => {
                let end = End::Killed(Signal::SIGKILL as i32);
                blocked.kill();
                Err(Gone(end))
            }
        }
    }

    /// Lets it run one instruction.
    ///
    /// # Errors
    ///
    /// It is gone.
    pub fn step(self) -> Result<Running, Gone> {
        let pid = self.pid;
        self.asked(ptrace::step(pid, None)).map(|()| Running(pid))
    }

    /// Kills it and waits for its end.
    pub fn kill(self) {
        Running(self.pid).kill();
    }

    /// What a request came to; that nobody is there to ask is the tracee's end.
    fn asked<T>(&self, answer: Result<T, Errno>) -> Result<T, Gone> {
        answer.map_err(|errno| {
            assert_eq!(errno, Errno::ESRCH, "a stopped tracee takes every request");
            Gone(reap(self.pid))
        })
    }
}

/// Waits for the end of a tracee that has been killed.
fn reap(pid: Pid) -> End {
    let mut at = Running(pid);
    loop {
        match at.wait() {
            State::Ended(end) => return end,
            // A stop that the kill came too late to prevent.
            State::Stopped(stopped) => at = Running(stopped.pid),
        }
    }
}

fn parts(addresses: &[u64], len: usize) -> Vec<RemoteIoVec> {
    addresses.iter().map(|address| RemoteIoVec { base: *address as usize, len }).collect()
}
