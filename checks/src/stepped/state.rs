//! When two executions are in the same state.
//!
//! Participants are deterministic: what one does next follows from what it has read so far, which
//! is kept as a hash. So the state of an execution is what is shared, what each participant has
//! learnt, who sleeps on what in which order, and what its history says so far.

use super::machine::Machine;
use super::memory::hash_of;
use super::participant::Participant;

impl Machine<'_> {
    /// The same for states from which the same can follow: what is shared, what each participant
    /// has learnt, who sleeps, and which operations were over before which began.
    #[must_use]
    pub fn state(&self) -> u128 {
        let each = self.participants.iter().map(|p| (p.standing, self.known(p), p.answered));
        let each: Vec<_> = each.collect();
        hash_of(&(self.memory.hash(), &self.kernel, self.precedence, each))
    }

    /// As [`state`](Self::state), for the state that the death of a participant leads to.
    #[must_use]
    pub fn state_after_crash(&self, victim: usize) -> u128 {
        let others = self.participants.iter().filter(|p| p.index != victim);
        let others: Vec<_> = others.map(|p| (p.standing, self.known(p), p.answered)).collect();
        let answered = self.participants[victim].answered;
        let invoked = self.participants[victim].invoked;
        let head = self.robust_head(victim);
        let asleep = self.kernel.sleepers();
        hash_of(&(
            self.memory.hash(),
            asleep,
            self.precedence,
            others,
            (answered, invoked, victim),
            head,
        ))
    }

    /// A hash of what a participant's death would leave to the kernel and the survivors.
    pub(super) fn found_by_kernel(&self, victim: usize) -> u128 {
        let answered = self.participants[victim].answered;
        hash_of(&(self.memory.hash(), self.robust_head(victim), answered))
    }

    /// A hash of what an execution leaves: shared memory, and the answers of all.
    pub(super) fn left(&self) -> u128 {
        let answered: Vec<_> = self.participants.iter().map(|p| p.answered).collect();
        hash_of(&(self.memory.hash(), answered))
    }

    /// Nobody asks any more what the dead knew.
    fn known(&self, participant: &Participant) -> u128 {
        if participant.is_alive() { participant.learnt } else { 0 }
    }
}
