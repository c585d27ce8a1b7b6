//! Locks that are corrupted.

use forkstep::{AcquireError, AcquireTimeoutError, Guard, Lock, NameError, Named, TryAcquireError};

use super::session::{PATIENCE, Session};
use super::specimen::Specimen;

impl Specimen for Lock {
    fn make(name: &str, _: u8) -> Result<Named<Self>, NameError> {
        Self::create(name)
    }

    fn open(name: &str) -> Result<Named<Self>, NameError> {
        Self::open(name)
    }

    fn fill(&self) {}

    fn exercise(&self, session: &mut Session<'_>) {
        let mut held = None;
        while let Some(next) = session.next() {
            match next.operation % 6 {
                0 => held = acquired(self, session, next.argument % 2 == 0),
                1 => match self.try_acquire() {
                    Ok(guard) => held = Some(guard),
                    Err(TryAcquireError::Acquire(error)) => held = taken(session, error, true),
                    Err(error) => drop(session.note::<(), _>(Err(error))),
                },
                2 | 3 => held = None,
                4 => drop(acquired(self, session, true)),
                _ => drop(std::hint::black_box(format!("{self:?} {:?}", self.owner()))),
            }
        }
        drop(held);
    }
}

fn acquired<'a>(lock: &'a Lock, session: &mut Session<'_>, repairs: bool) -> Option<Guard<'a>> {
    match lock.acquire_timeout(PATIENCE) {
        Ok(guard) => Some(guard),
        Err(AcquireTimeoutError::Acquire(error)) => taken(session, error, repairs),
        Err(error) => session.note(Err(error)),
    }
}

/// The guard that comes with an error, if one does.
fn taken<'a>(
    session: &mut Session<'_>,
    error: AcquireError<'a>,
    repairs: bool,
) -> Option<Guard<'a>> {
    session.note::<(), _>(Err(&error));
    match error {
        AcquireError::OwnerDied(guard) => repairs.then(|| guard.mark_consistent()),
        AcquireError::Poisoned(guard) => {
            guard.clear_poison();
            Some(guard)
        }
        _ => None,
    }
}
