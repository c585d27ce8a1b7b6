//! How a process ended.

use std::fmt;

/// Says how a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExitStatus {
    /// The process left in an orderly way with this code, 0 to 255; a panic is 101.
    Exited(i32),
    /// A signal of this number killed the process.
    Killed(i32),
}

impl ExitStatus {
    /// Returns the exit code, or the negative number of the signal.
    #[must_use]
    pub fn code(self) -> i32 {
        match self {
            ExitStatus::Exited(code) => code,
            ExitStatus::Killed(signal) => -signal,
        }
    }

    /// Says whether the process left with code 0.
    #[must_use]
    pub fn success(self) -> bool {
        self == ExitStatus::Exited(0)
    }
}

impl fmt::Display for ExitStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExitStatus::Exited(code) => write!(f, "exit code {code}"),
            ExitStatus::Killed(signal) => write!(f, "killed by signal {signal}"),
        }
    }
}
