//! What a lock looks like to one who only looks.

use serde::Serialize;

use super::Lock;
use crate::owner::OwnerId;
use crate::sys::{Ordering, thread};

/// What a lock was seen to be at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LockState {
    /// Nobody holds it.
    Free,
    /// Somebody holds it.
    Held,
    /// Its owner died while holding it; the next to acquire it is told so.
    OwnerDied,
    /// An owner died and nobody marked it consistent.
    NotRecoverable,
}

/// A lock as it was seen in passing: others go on meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LockSight {
    /// What it was.
    pub state: LockState,
    /// Who holds it, or held it when it died; `None` if nobody does, and in the moments in which
    /// an owner has not left its name yet.
    pub owner: Option<OwnerId>,
    /// If it is held: whether there is a thread of the owner's number. In another PID namespace
    /// this says nothing.
    pub owner_alive: Option<bool>,
    /// Whether somebody may sleep until it is free.
    pub waiters: bool,
    /// Whether an owner panicked while holding it.
    pub poisoned: bool,
}

impl Lock {
    /// Looks at the lock without touching it.
    pub(crate) fn sight(&self) -> LockSight {
        let state = self.state();
        let word = state.word.look();
        let named = OwnerId::from_bits(state.owner.load(Ordering::Relaxed));
        let (seen, owner) = if word.is_not_recoverable() {
            (LockState::NotRecoverable, None)
        } else if word.owner() != 0 {
            (LockState::Held, named.filter(|named| named.tid() == word.owner()))
        } else if word.owner_died() {
            (LockState::OwnerDied, named)
        } else {
            (LockState::Free, None)
        };
        let held = seen == LockState::Held;
        LockSight {
            state: seen,
            owner,
            owner_alive: held.then(|| thread::is_there(word.owner())),
            waiters: word.has_waiters() && seen != LockState::NotRecoverable,
            poisoned: state.poison.load(Ordering::Relaxed) != 0,
        }
    }
}

impl std::fmt::Display for LockSight {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let by = |f: &mut std::fmt::Formatter<'_>| match self.owner {
            Some(owner) => write!(f, "{owner}"),
            None => f.write_str("somebody without a name"),
        };
        match self.state {
            LockState::Free => f.write_str("free")?,
            LockState::NotRecoverable => f.write_str("not recoverable")?,
            LockState::Held => {
                f.write_str("held by ")?;
                by(f)?;
            }
            LockState::OwnerDied => {
                f.write_str("owner died: it was ")?;
                by(f)?;
            }
        }
        if self.owner_alive == Some(false) {
            f.write_str(", which is not alive")?;
        }
        if self.waiters {
            f.write_str(", waiters")?;
        }
        if self.poisoned { f.write_str(", poisoned") } else { Ok(()) }
    }
}
