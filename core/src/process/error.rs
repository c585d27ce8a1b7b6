//! What can go wrong, one enum for each operation.

use std::error::Error;
use std::fmt;

use crate::sys::process::OsError;

/// Says why no process was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StartError {
    /// The caller is a daemon: its children could outlive its parent.
    DaemonMayNotStart,
    /// The caller has several threads; a fork would copy one of them and the locks of all.
    MultiThreaded {
        /// How many threads there are, the calling one included.
        threads: usize,
    },
    /// A system call failed: no descriptor, no memory or no process is left.
    Os(OsError),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartError::DaemonMayNotStart => write!(f, "a daemon process may not start children"),
            StartError::MultiThreaded { threads } => write!(
                f,
                "a process of {threads} threads may not fork: start processes before threads, \
                 or join the threads first"
            ),
            StartError::Os(error) => write!(f, "cannot start a process: {error}"),
        }
    }
}

impl Error for StartError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            StartError::Os(error) => Some(error),
            _ => None,
        }
    }
}

/// Says why a process cannot be joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum JoinError {
    /// The handle names the calling process, which would wait for its own end.
    WouldDeadlock,
    /// The calling process did not start this one, so its status is not for it.
    NotParent,
    /// The process has ended, but its status went to a wait outside of this library, or the kernel
    /// dropped it because SIGCHLD is ignored.
    StatusLost,
    /// The kernel could not wait.
    Os(OsError),
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JoinError::WouldDeadlock => write!(f, "a process that joins itself waits for ever"),
            JoinError::NotParent => write!(f, "only the parent of a process can join it"),
            JoinError::StatusLost => write!(
                f,
                "the process has ended, but its status was taken elsewhere \
                 (another wait, or SIGCHLD is ignored)"
            ),
            JoinError::Os(error) => write!(f, "cannot join the process: {error}"),
        }
    }
}

impl Error for JoinError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            JoinError::Os(error) => Some(error),
            _ => None,
        }
    }
}

/// Says why a signal was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignalError {
    /// The calling process did not start this one.
    NotParent,
    /// The kernel refused, for example because the process now belongs to another user.
    Os(OsError),
}

impl fmt::Display for SignalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SignalError::NotParent => write!(f, "only the parent of a process can end it"),
            SignalError::Os(error) => write!(f, "cannot signal the process: {error}"),
        }
    }
}

impl Error for SignalError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            SignalError::Os(error) => Some(error),
            SignalError::NotParent => None,
        }
    }
}
