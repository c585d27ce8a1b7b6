//! How a process is started.

use std::mem;
use std::panic::{self, AssertUnwindSafe};

use super::error::StartError;
use super::exit_code::{IntoExitCode, PANICKED};
use super::registry;
use super::{Process, Run};
use crate::sys::process as sys;
use crate::sys::process::{ForkError, Forked};

/// Collects what a new process is to be, then starts it.
#[derive(Debug, Clone, Default)]
#[must_use = "a builder does nothing until start"]
pub struct Builder {
    name: Option<String>,
    daemon: bool,
}

impl Builder {
    /// Sets the name, which serves to tell processes apart in print; the default is `Process-N`.
    pub fn name(mut self, name: impl Into<String>) -> Builder {
        self.name = Some(name.into());
        self
    }

    /// Makes the process a daemon, or not, which is the default.
    ///
    /// A daemon may not start children, and the kernel sends it SIGKILL when its parent ends,
    /// however that happens; a daemon that changes its user or runs a set-user-id program loses
    /// this protection (`PR_SET_PDEATHSIG`). Strictly the kernel watches the thread that starts
    /// the daemon, the parent's only one at that moment. If that thread ends before its process,
    /// which a main thread does only by `pthread_exit` or when another thread calls exec, the
    /// daemon dies then.
    pub fn daemon(mut self, daemon: bool) -> Builder {
        self.daemon = daemon;
        self
    }

    /// Forks a process that runs `body`, and returns at once.
    ///
    /// The child is a copy of the caller, so `body` may borrow, and what it changes stays in the
    /// child, but for shared memory. In the parent what `body` owns is dropped before `start`
    /// returns: a pipe end that was moved into it is then open in the child alone. Buffered output
    /// is flushed first, so that it is not printed twice.
    ///
    /// What `body` returns is the exit code ([`IntoExitCode`]); a panic is 101, with its message
    /// on stderr (a program built with `panic = "abort"` dies of SIGABRT instead). The child
    /// then ends by `_exit`: it never returns into the caller's code, and destructors of what the
    /// caller owned, of thread locals and exit handlers do not run in it. If the caller dies,
    /// the child goes on, unless it is a [`daemon`](Builder::daemon).
    ///
    /// # Errors
    /// - [`StartError::DaemonMayNotStart`] in a daemon.
    /// - [`StartError::MultiThreaded`] when the process has a second thread.
    /// - [`StartError::Os`] when a system call failed; there is no child then. If the kernel ran
    ///   out of memory or its own table of files just after the fork, one may have begun; it
    ///   was killed.
    ///
    /// # Examples
    /// ```
    /// use forkstep::process::Process;
    ///
    /// let adder = Process::builder().name("adder").start(|| 40 + 2)?;
    /// assert_eq!(adder.join()?.code(), 42);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn start<F, T>(self, body: F) -> Result<Process, StartError>
    where
        F: FnOnce() -> T,
        T: IntoExitCode,
    {
        let daemon = self.daemon;
        registry::expect_child(self.name, daemon)?;
        sys::flush_stdio();
        match sys::fork() {
            Ok(Forked::Child(parent)) => run_child(daemon.then_some(parent), body),
            Ok(Forked::Parent(pid, pidfd)) => Ok(Process { child: registry::enter(pid, pidfd) }),
            Err(error) => {
                registry::cancel();
                Err(error.into())
            }
        }
    }

    /// Forks a process that runs a value of one's own type, as [`start`](Builder::start) does.
    ///
    /// # Errors
    /// As for [`start`](Builder::start).
    pub fn start_type<R: Run>(self, value: R) -> Result<Process, StartError> {
        self.start(move || value.run())
    }
}

impl From<ForkError> for StartError {
    fn from(error: ForkError) -> StartError {
        match error {
            ForkError::MultiThreaded(threads) => StartError::MultiThreaded { threads },
            ForkError::Os(error) => StartError::Os(error),
        }
    }
}

/// Lives the whole life of the child, tied to the parent that a daemon has. Nothing may unwind out
/// of here into the caller's frames, so all that can panic stands inside the catch.
fn run_child<F, T>(tied_to: Option<i32>, body: F) -> !
where
    F: FnOnce() -> T,
    T: IntoExitCode,
{
    if tied_to.is_some_and(|parent| !sys::die_with_parent(parent)) {
        sys::exit_now(PANICKED);
    }
    let outcome = panic::catch_unwind(AssertUnwindSafe(move || {
        registry::become_child();
        body().into_exit_code()
    }));
    let code = outcome.unwrap_or_else(|payload| {
        // Its destructor is foreign code that could panic again, and the process ends anyway.
        mem::forget(payload);
        PANICKED
    });
    sys::flush_stdio();
    sys::exit_now(code)
}
