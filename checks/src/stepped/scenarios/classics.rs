//! Ten classic bugs on bare words in shared memory, each beside its mended version.
//!
//! They are programs of textbooks, made for executions in which nobody dies: none of them would
//! survive the death of its peer.

mod closing;
mod free_list;
mod locking;
mod order;
mod updates;
mod waiting;

use crate::stepped::Scenario;
use crate::stepped::scenario::Builder;

/// A bug and what mends it.
#[derive(Debug)]
pub struct Classic {
    /// The program with the bug.
    pub bug: Scenario,
    /// The fewest preemptions of a schedule that shows it.
    pub bound: usize,
    /// The same program without the bug.
    pub mended: Scenario,
}

/// Which of the two programs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    Bug,
    Mended,
}

use Version::{Bug, Mended};

/// All ten.
#[must_use]
pub fn classics() -> Vec<Classic> {
    vec![
        updates::lost_update(),
        updates::check_then_act(),
        waiting::lost_wake_up(),
        free_list::aba(),
        locking::lock_order(),
        waiting::missing_re_check(),
        locking::double_release(),
        order::torn_write(),
        closing::use_after_close(),
        order::early_publication(),
    ]
}

impl Classic {
    /// A classic that is made twice; found with `bound` preemptions and not with fewer.
    fn new<S: 'static>(
        name: &str,
        bound: usize,
        make: impl Fn(Version, &str) -> Builder<S>,
    ) -> Self {
        let name = format!("bug-{name}");
        let mended = make(Mended, &format!("{name}-mended")).build();
        Self { bug: make(Bug, &name).fails().build(), bound, mended }
    }
}
