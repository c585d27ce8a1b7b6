//! One process as its parent sees it: a pidfd, and a status that is taken once.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::error::{JoinError, SignalError};
use super::info::ProcessInfo;
use super::status::ExitStatus;
use crate::sys::process as sys;
use crate::sys::process::Ended;

/// What the calling process is to the process that a handle names.
#[derive(PartialEq, Eq)]
pub(super) enum Relation {
    Parent,
    Itself,
    Stranger,
}

/// What the parent knows of a child's end.
#[derive(Clone, Copy)]
enum Fate {
    Running,
    Ended(ExitStatus),
    /// Ended, but the status went elsewhere.
    Lost,
}

/// A process, shared by its handle and the registry of its parent.
#[derive(Debug)]
pub(super) struct Child {
    pub(super) info: ProcessInfo,
    /// The process that started it, or 0 if this handle gives nobody the right to reap.
    parent: i32,
    pidfd: OwnedFd,
    fate: Mutex<Fate>,
}

impl std::fmt::Debug for Fate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fate::Running => write!(f, "running"),
            Fate::Ended(status) => write!(f, "{status}"),
            Fate::Lost => write!(f, "ended, status lost"),
        }
    }
}

impl Child {
    pub(super) fn new(info: ProcessInfo, parent: i32, pidfd: OwnedFd) -> Child {
        Child { info, parent, pidfd, fate: Mutex::new(Fate::Running) }
    }

    pub(super) fn sentinel(&self) -> BorrowedFd<'_> {
        self.pidfd.as_fd()
    }

    /// Asks the kernel who is calling: a handle that a fork has copied belongs to the parent only.
    pub(super) fn relation(&self) -> Relation {
        let caller = sys::pid();
        if caller == self.parent {
            Relation::Parent
        } else if caller == self.info.pid {
            Relation::Itself
        } else {
            Relation::Stranger
        }
    }

    /// Takes the status if the child has ended and nobody has taken it yet. For the parent only.
    fn look(&self) -> Fate {
        let mut fate = self.fate.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*fate, Fate::Running) {
            *fate = match sys::reap(self.sentinel()) {
                None => Fate::Running,
                Some(Ended::Exited(code)) => Fate::Ended(ExitStatus::Exited(code)),
                Some(Ended::Killed(signal)) => Fate::Ended(ExitStatus::Killed(signal)),
                Some(Ended::Unknown) => Fate::Lost,
            };
        }
        *fate
    }

    /// Says whether the child has ended, and reaps it if so. For the parent only.
    pub(super) fn has_ended(&self) -> bool {
        !matches!(self.look(), Fate::Running)
    }

    pub(super) fn is_alive(&self) -> bool {
        match self.relation() {
            Relation::Itself => true,
            Relation::Parent => !self.has_ended(),
            // A pidfd tells anybody about life; a kernel that cannot say leaves it alive.
            Relation::Stranger => {
                !sys::poll_ended(self.sentinel(), Some(Instant::now())).unwrap_or(false)
            }
        }
    }

    pub(super) fn exit_code(&self) -> Option<i32> {
        match self.relation() {
            Relation::Parent => match self.look() {
                Fate::Ended(status) => Some(status.code()),
                Fate::Running | Fate::Lost => None,
            },
            Relation::Itself | Relation::Stranger => None,
        }
    }

    /// Waits for the end until the deadline; no deadline is for ever. The lock is held only to take
    /// the status, so that a second thread can look while a first one waits.
    pub(super) fn join_until(
        &self,
        deadline: Option<Instant>,
    ) -> Result<Option<ExitStatus>, JoinError> {
        self.must_be_joinable()?;
        loop {
            let in_time = sys::poll_ended(self.sentinel(), deadline).map_err(JoinError::Os)?;
            match self.look() {
                Fate::Ended(status) => return Ok(Some(status)),
                Fate::Lost => return Err(JoinError::StatusLost),
                Fate::Running if !in_time => return Ok(None),
                // Dead, and yet there is no status: a tracer has the first look.
                Fate::Running => sys::nap_until(deadline),
            }
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Ok(None);
            }
        }
    }

    fn must_be_joinable(&self) -> Result<(), JoinError> {
        match self.relation() {
            Relation::Parent => Ok(()),
            Relation::Itself => Err(JoinError::WouldDeadlock),
            Relation::Stranger => Err(JoinError::NotParent),
        }
    }

    pub(super) fn signal(&self, signal: i32) -> Result<(), SignalError> {
        match self.relation() {
            Relation::Parent => sys::send_signal(self.sentinel(), signal).map_err(SignalError::Os),
            Relation::Itself | Relation::Stranger => Err(SignalError::NotParent),
        }
    }
}
