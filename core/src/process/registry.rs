//! What a process knows of itself: its name, its parent, its living children.
//!
//! Every use first compares the process id: a process that was forked by hand finds the knowledge
//! of its parent here, drops it, and is a main process without children.

use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::child::Child;
use super::error::StartError;
use super::info::ProcessInfo;
use crate::sys::process as sys;

/// The name of a process that this library did not start.
const MAIN: &str = "MainProcess";

/// What is known in this memory, which a fork copies. Never locked across a fork.
static REGISTRY: Mutex<Registry> = Mutex::new(Registry { this: None, expected: None, born: 0 });

struct Registry {
    /// What the process that last asked knows of itself.
    this: Option<ThisProcess>,
    /// The child that is being forked.
    expected: Option<Birth>,
    /// The pid of the child that `expected` became, set in that child alone. A newborn writes
    /// nothing else here until it asks, because each page that it writes is a page copied.
    born: i32,
}

/// What a new process is told by its parent.
struct Birth {
    name: String,
    daemon: bool,
    parent: ProcessInfo,
    /// `1:2` for the second child of the first child of a main process.
    lineage: String,
}

struct ThisProcess {
    info: ProcessInfo,
    parent: Option<ProcessInfo>,
    lineage: String,
    started: u64,
    children: Vec<Arc<Child>>,
}

impl ThisProcess {
    fn main(pid: i32) -> ThisProcess {
        ThisProcess {
            info: ProcessInfo { pid, name: MAIN.to_owned(), daemon: false },
            parent: None,
            lineage: String::new(),
            started: 0,
            children: Vec::new(),
        }
    }

    fn born(pid: i32, birth: Birth) -> ThisProcess {
        ThisProcess {
            info: ProcessInfo { pid, name: birth.name, daemon: birth.daemon },
            parent: Some(birth.parent),
            lineage: birth.lineage,
            ..ThisProcess::main(pid)
        }
    }

    /// Reaps the children that have ended, whether or not somebody still has a handle.
    fn reap(&mut self) {
        self.children.retain(|child| !child.has_ended());
    }
}

impl Registry {
    /// Returns what the process `pid`, the caller, knows of itself.
    fn this(&mut self, pid: i32) -> &mut ThisProcess {
        if self.this.as_ref().is_none_or(|this| this.info.pid != pid) {
            let birth = self.expected.take().filter(|_| self.born == pid);
            let found = birth.map_or_else(|| ThisProcess::main(pid), |b| ThisProcess::born(pid, b));
            return self.this.insert(found);
        }
        self.this.as_mut().expect("checked above")
    }
}

fn lock() -> MutexGuard<'static, Registry> {
    REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `f` on what the calling process knows of itself.
fn with<R>(f: impl FnOnce(&mut ThisProcess) -> R) -> R {
    f(lock().this(sys::pid()))
}

/// Reaps what has ended and expects a child, unless the caller may not have one.
pub(super) fn expect_child(name: Option<String>, daemon: bool) -> Result<(), StartError> {
    let mut registry = lock();
    let this = registry.this(sys::pid());
    if this.info.daemon {
        return Err(StartError::DaemonMayNotStart);
    }
    this.reap();
    this.started += 1;
    let lineage = match this.lineage.as_str() {
        "" => this.started.to_string(),
        own => format!("{own}:{}", this.started),
    };
    let name = name.unwrap_or_else(|| format!("Process-{lineage}"));
    registry.expected = Some(Birth { name, daemon, parent: this.info.clone(), lineage });
    Ok(())
}

/// Makes the calling process, just forked, the one that was expected.
pub(super) fn become_child() {
    lock().born = sys::pid();
}

/// Enters the child that was expected, now that it exists.
pub(super) fn enter(pid: i32, pidfd: OwnedFd) -> Arc<Child> {
    let mut registry = lock();
    let birth = registry.expected.take().expect("a child is expected before its fork");
    let info = ProcessInfo { pid, name: birth.name, daemon: birth.daemon };
    let child = Arc::new(Child::new(info, birth.parent.pid, pidfd));
    registry.this(birth.parent.pid).children.push(Arc::clone(&child));
    child
}

/// Expects no child any more: the fork failed.
pub(super) fn cancel() {
    lock().expected = None;
}

/// Forgets a child that was reaped through its handle.
pub(super) fn forget(child: &Arc<Child>) {
    with(|this| this.children.retain(|entry| !Arc::ptr_eq(entry, child)));
}

/// Reaps what has ended and lists the rest.
pub(super) fn active_children() -> Vec<ProcessInfo> {
    with(|this| {
        this.reap();
        this.children.iter().map(|child| child.info.clone()).collect()
    })
}

pub(super) fn current() -> ProcessInfo {
    with(|this| this.info.clone())
}

pub(super) fn parent() -> Option<ProcessInfo> {
    with(|this| this.parent.clone())
}
