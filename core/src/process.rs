//! Processes: start, wait for, end and watch them.
//!
//! A [`Process`] is a child made by fork. Its life and death are watched through a pidfd, which
//! names this one process for ever: no wait and no signal can hit a stranger that got its number
//! later. Its status is taken from the kernel once and remembered.
//!
//! # Who may do what
//! Forks copy handles. Only the process that started a child can join or signal it; in any other
//! process the handle is inert: [`Process::is_alive`] and [`Process::sentinel`] tell the
//! truth, everything that belongs to the parent is an error.
//!
//! # Handles dropped, and the end of the parent
//! Dropping a handle neither ends nor waits for the child. A child that ends unwatched is reaped by
//! the parent's next [`Process::start`] or [`active_children`]. At its own end a process neither
//! waits for its children nor ends them (Python joins them there, and hangs if one does not
//! end): the kernel kills the daemons, the others go on as orphans, and whoever adopts them (the
//! nearest subreaper, else init) reaps them and any zombie that was left. To wait for them, join.
//!
//! # Forks by hand
//! A process that was forked without this library is a main process: [`current`] says so, it has
//! no [`parent`] and no children here, and the handles that it inherited are inert. A child of a
//! multi-threaded process that was forked by hand must not use this module at all.

mod builder;
mod child;
mod error;
mod exit_code;
mod info;
mod registry;
mod status;

use std::fmt;
use std::num::NonZero;
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::sys::process as sys;
use child::Child;

pub use crate::sys::process::OsError;
pub use builder::Builder;
pub use error::{JoinError, SignalError, StartError};
pub use exit_code::IntoExitCode;
pub use info::ProcessInfo;
pub use status::ExitStatus;

/// A type whose values are run as processes: [`Process::run`].
pub trait Run {
    /// What the process leaves as its exit code.
    type Output: IntoExitCode;

    /// Does the work of the process; called in the child.
    fn run(self) -> Self::Output;
}

/// Names a process that was started; see the [module](self) for who may use it for what.
pub struct Process {
    child: Arc<Child>,
}

impl Process {
    /// Prepares a process with a name, or a daemon.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Forks a process that runs `body`, and returns at once: [`Builder::start`] with no choices.
    ///
    /// # Errors
    /// As for [`Builder::start`].
    pub fn start<F, T>(body: F) -> Result<Process, StartError>
    where
        F: FnOnce() -> T,
        T: IntoExitCode,
    {
        Process::builder().start(body)
    }

    /// Forks a process that runs `value`.
    ///
    /// # Errors
    /// As for [`Builder::start`].
    ///
    /// # Examples
    /// ```
    /// use forkstep::process::{Process, Run};
    ///
    /// struct Buyer {
    ///     tickets: u8,
    /// }
    ///
    /// impl Run for Buyer {
    ///     type Output = u8;
    ///     fn run(self) -> u8 {
    ///         self.tickets
    ///     }
    /// }
    ///
    /// assert_eq!(Process::run(Buyer { tickets: 3 })?.join()?.code(), 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn run<R: Run>(value: R) -> Result<Process, StartError> {
        Process::builder().start_type(value)
    }

    /// Opens a handle of the calling process itself, for its children to inherit: they can watch
    /// their parent's life through it. Nobody can join or signal through such a handle.
    ///
    /// # Errors
    /// No descriptor is left.
    pub fn of_current() -> Result<Process, OsError> {
        let info = registry::current();
        let pidfd = sys::open_pidfd(info.pid)?;
        Ok(Process { child: Arc::new(Child::new(info, 0, pidfd)) })
    }

    /// Waits until the process has ended and says how; may be called again, with the same answer.
    ///
    /// # Errors
    /// - [`JoinError::WouldDeadlock`] when the handle names the caller.
    /// - [`JoinError::NotParent`] when another process started it.
    /// - [`JoinError::StatusLost`] when something else has reaped it.
    /// - [`JoinError::Os`] when the kernel could not wait.
    pub fn join(&self) -> Result<ExitStatus, JoinError> {
        loop {
            if let Some(status) = self.join_until(None)? {
                return Ok(status);
            }
        }
    }

    /// Waits at most `timeout` for the end of the process; `None` if it is still running then.
    ///
    /// The time is CLOCK_MONOTONIC, and signal handlers that run meanwhile do not extend it. A
    /// stopped process has not ended.
    ///
    /// # Errors
    /// As for [`join`](Process::join).
    pub fn join_timeout(&self, timeout: Duration) -> Result<Option<ExitStatus>, JoinError> {
        // A deadline beyond the range of the clock is none.
        self.join_until(Instant::now().checked_add(timeout))
    }

    fn join_until(&self, deadline: Option<Instant>) -> Result<Option<ExitStatus>, JoinError> {
        let outcome = self.child.join_until(deadline);
        if matches!(outcome, Ok(Some(_)) | Err(JoinError::StatusLost)) {
            registry::forget(&self.child);
        }
        outcome
    }

    /// Sends SIGTERM, which ends the process unless it handles that. To a process that has ended,
    /// nothing is sent, and that is no error.
    ///
    /// Nothing is cleaned up: a lock that the process holds gets an owner that died, and its own
    /// children that are not daemons become orphans. It takes a moment until
    /// [`is_alive`](Process::is_alive) is false: join to be sure.
    ///
    /// # Errors
    /// - [`SignalError::NotParent`] when the caller did not start it.
    /// - [`SignalError::Os`] when the kernel refused.
    pub fn terminate(&self) -> Result<(), SignalError> {
        self.child.signal(sys::TERMINATE)
    }

    /// Sends SIGKILL, which no process can refuse; else as [`terminate`](Process::terminate).
    ///
    /// # Errors
    /// As for [`terminate`](Process::terminate).
    pub fn kill(&self) -> Result<(), SignalError> {
        self.child.signal(sys::KILL)
    }

    /// Says whether the process has not ended yet; any process that has the handle may ask.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.child.is_alive()
    }

    /// Returns the exit code, or minus the number of the signal that killed the process.
    ///
    /// `None` while it runs, when its status was lost, and in any process but its parent.
    #[must_use]
    pub fn exit_code(&self) -> Option<i32> {
        self.child.exit_code()
    }

    /// Returns the process id. The kernel may give the number to another process once this one
    /// has ended and was reaped.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.child.info.pid()
    }

    /// Returns the name: the one given at start, else `Process-N`, and `Process-1:N` for the
    /// children of `Process-1`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.child.info.name()
    }

    /// Says whether the process is a daemon.
    #[must_use]
    pub fn is_daemon(&self) -> bool {
        self.child.info.is_daemon()
    }

    /// Lends the pidfd: poll(2) calls it readable once the process has ended.
    #[must_use]
    pub fn sentinel(&self) -> BorrowedFd<'_> {
        self.child.sentinel()
    }
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.child.fmt(f)
    }
}

/// Lists the children of the calling process that have not ended, and reaps those that have.
#[must_use]
pub fn active_children() -> Vec<ProcessInfo> {
    registry::active_children()
}

/// Names the calling process.
#[must_use]
pub fn current() -> ProcessInfo {
    registry::current()
}

/// Names the process that started the calling one; `None` in a process that this library did not
/// start. It may have ended, and its number may by now be another's.
#[must_use]
pub fn parent() -> Option<ProcessInfo> {
    registry::parent()
}

/// Counts the processors that this process may use, its affinity and control group considered:
/// more busy processes than that only wait for each other. At least 1.
#[must_use]
pub fn cpu_count() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}
