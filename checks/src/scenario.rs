//! A small closed program whose every execution is judged.

use forkstep_model::sys::model::Run;

/// Two to four participants on one shared state, for the model backend.
///
/// The bodies are the shipped primitives under loom; whatever the scenario itself keeps about an
/// execution (a ledger) must not use loom's objects, so that it neither synchronizes nor adds
/// steps.
pub trait Scenario: Send + Sync + 'static {
    /// What the participants share.
    type Shared: 'static;

    /// The role of each participant; participants of one name run the same program.
    fn roles(&self) -> Vec<&'static str>;

    /// Builds the shared state; runs at the start of every execution.
    fn set_up(&self) -> Self::Shared;

    /// Runs the program of one participant.
    fn run(&self, participant: usize, shared: &Self::Shared);

    /// Judges an execution after all participants have ended; panics with what is wrong.
    fn judge(&self, shared: &Self::Shared, run: &Run);

    /// Says whether the executions so far reached what the scenario was made to reach, if there is
    /// something: a check that missed it did not hold, however green its executions were.
    fn reached(&self) -> bool {
        true
    }
}
