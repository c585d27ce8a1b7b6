//! Deadlines, and the backstop that bounds every sleep on shared memory.

use std::time::Duration;

use crate::sys::{self, Until};

/// The longest sleep between two looks at a shared word.
///
/// A process that was woken may die before it acts, and its wake-up dies with it; so nobody relies
/// on being woken. Without deaths this time never passes unused.
pub const BACKSTOP: Duration = Duration::from_millis(50);

/// A moment on CLOCK_MONOTONIC, converted once from the caller's time-out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Deadline {
    ns: u64,
    /// As in [`Until`]: nobody asked for it.
    backstop: bool,
}

impl Deadline {
    /// The moment that far from now; further than the clock can count means never.
    pub(crate) fn after(timeout: Duration) -> Self {
        Self { ns: sys::now().saturating_add(nanoseconds(timeout)), backstop: false }
    }

    /// A moment that has passed: for a look without a wait.
    pub(crate) const PAST: Self = Self { ns: 0, backstop: false };

    /// The moment at which a wait up to `deadline` looks at more than the word it sleeps on.
    pub(crate) fn of_next_look(deadline: Option<Self>) -> Self {
        let Until { ns, backstop } = next_look(deadline);
        Self { ns, backstop }
    }

    pub(crate) fn passed(self) -> bool {
        sys::now() >= self.ns
    }
}

/// When the next sleep ends: at the deadline or at the backstop, whichever comes first.
pub(crate) fn next_look(deadline: Option<Deadline>) -> Until {
    let backstop = sys::now().saturating_add(nanoseconds(BACKSTOP));
    match deadline {
        Some(Deadline { ns, backstop: early }) if ns <= backstop => Until { ns, backstop: early },
        _ => Until { ns: backstop, backstop: true },
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(all(test, not(forkstep_loom)))]
mod tests {
    use super::*;

    #[test]
    fn the_next_look_is_never_later_than_the_backstop() {
        let far = next_look(Some(Deadline::after(Duration::MAX)));
        assert!(far.backstop && far.ns <= sys::now() + nanoseconds(BACKSTOP));
        let near = Deadline::after(Duration::from_millis(1));
        assert_eq!(next_look(Some(near)), Until { ns: near.ns, backstop: false });
        assert!(Deadline::after(Duration::ZERO).passed() && Deadline::PAST.passed());
    }

    #[test]
    fn a_deadline_of_the_next_look_stays_a_backstop() {
        let look = Deadline::of_next_look(None);
        assert!(!look.passed() && next_look(Some(look)).backstop);
        let near = Deadline::after(Duration::from_millis(1));
        assert_eq!(Deadline::of_next_look(Some(near)), near);
    }
}
