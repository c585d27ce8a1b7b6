//! Who a process is.

/// Names a process: what [`current`](super::current), [`parent`](super::parent) and
/// [`active_children`](super::active_children) report.
///
/// It is a snapshot and says nothing about life or death.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProcessInfo {
    pub(super) pid: i32,
    pub(super) name: String,
    pub(super) daemon: bool,
}

impl ProcessInfo {
    /// Returns the process id.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.pid
    }

    /// Returns the name: the one given at start, else `Process-N`, or `MainProcess` for a process
    /// that this library did not start.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Says whether the process is a daemon: it dies with its parent.
    #[must_use]
    pub fn is_daemon(&self) -> bool {
        self.daemon
    }
}
