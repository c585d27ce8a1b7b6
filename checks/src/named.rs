//! Models by name, as the subjects list theirs.

use crate::check::{Check, InModel, Level};
use crate::crash::Faults;
use crate::scenario::Scenario;

/// A model, what it shows, and how it is explored.
#[derive(Clone, Debug)]
pub(crate) struct Named<M> {
    property: &'static str,
    pub(crate) model: M,
    /// The preemption bound of each level.
    preemptions: [usize; 2],
    faults: Faults,
}

/// More executions than any model needs at its bound.
const GIVE_UP_AFTER: [usize; 2] = [400_000, 200_000_000];

impl<M> Named<M> {
    /// A model without crashes, explored up to `bound` preemptions, or one more at the full level.
    pub(crate) fn new(property: &'static str, bound: usize, model: M) -> Self {
        let faults =
            Faults { crashes: 0, interrupts: true, time_outs: false, needs_backstop: false };
        Self { property, model, preemptions: [bound, bound + 1], faults }
    }

    /// So many participants die in one execution.
    pub(crate) fn crashes(mut self, crashes: usize) -> Self {
        self.faults.crashes = crashes;
        self
    }

    /// Each wait in turn runs out of time.
    pub(crate) fn time_outs(mut self) -> Self {
        self.faults.time_outs = true;
        self
    }

    /// Some execution with a crash is expected to need a backstop.
    pub(crate) fn needs_backstop(mut self) -> Self {
        self.faults.needs_backstop = true;
        self
    }
}

impl<M: Scenario + Clone> Named<M> {
    /// Makes the check; `size` says what the scenario is made of.
    pub(crate) fn check(
        self,
        subject: &'static str,
        size: String,
        not_covered: &'static str,
        level: Level,
    ) -> Check {
        let check = InModel {
            subject,
            property: self.property,
            size,
            preemptions: Some(self.preemptions[level as usize]),
            executions: GIVE_UP_AFTER[level as usize],
            faults: self.faults,
            not_covered,
        };
        check.of(self.model)
    }
}
