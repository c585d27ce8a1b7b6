//! How an operation of a queue waits.

use crate::enter::{EnterError, Entered, Wait, enter};
use crate::lock::Lock;

/// How often positions are looked at to find both as they were at one moment. One that moves each
/// time has no one state that would be worth more looks, or another process goes on spoiling it.
pub(crate) const LOOKS: u32 = 1000;

/// Why something was not done at once.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NotDone<S, E> {
    /// Not with things as they were seen.
    Yet(S),
    /// It cannot be done at all.
    Ever(E),
    /// The side could not be entered.
    Enter(EnterError),
}

/// Does `now` with the side's lock held, and as long as it cannot be done yet and there is time,
/// rests outside of the lock and tries again.
///
/// `rest` says whether it ended by a wake that somebody else could use; if the side cannot be
/// entered after that, it is passed on.
#[inline]
pub(crate) fn attempt<R, S, E>(
    lock: &Lock,
    wait: Wait,
    mut now: impl FnMut(&Entered<'_>) -> Result<R, NotDone<S, E>>,
    rest: impl Fn(S) -> bool,
    pass_on: impl Fn(),
) -> Result<R, NotDone<S, E>> {
    let mut woken = false;
    loop {
        let done = match enter(lock, wait) {
            Ok(entered) => now(&entered),
            Err(error) => {
                if woken {
                    pass_on();
                }
                return Err(NotDone::Enter(error));
            }
        };
        // No lock is held from here on.
        match done {
            Err(NotDone::Yet(seen)) if wait.goes_on() => woken = rest(seen),
            done => return done,
        }
    }
}
