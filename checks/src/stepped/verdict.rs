//! What is wrong with an execution, beyond what its participants say.

use super::machine::{Choice, Machine};
use super::participant::{Participant, Standing};
use super::trace::{What, Word};

impl Machine<'_> {
    /// Judges an execution that is over by its history.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn judge(&self) -> Result<(), String> {
        self.scenario.judge.as_ref().map_or(Ok(()), |judge| judge(&self.history()))
    }

    /// Whether a participant was killed because it came to no step.
    pub(super) fn has_lost_somebody(&self) -> bool {
        self.participants.iter().any(|participant| participant.lost)
    }

    /// Says who waits for what, when nobody can go on and no wait ends by itself.
    #[must_use]
    pub fn deadlock(&self) -> String {
        let stands = |index: usize| match self.participants[index].standing {
            Standing::Asleep(point) => {
                let who = self.scenario.who(index);
                Some(format!("{who} sleeps on {}", self.name(point.address)))
            }
            // Whoever is not asleep and cannot go on does the same for ever.
            Standing::At(point) => {
                let who = self.scenario.who(index);
                Some(format!("{who} looks at {} for ever", self.name(point.address)))
            }
            Standing::Ended(_) | Standing::Dead => None,
        };
        let spins = |p: &Participant| matches!(p.standing, Standing::At(_));
        let count = self.scenario.roles.len();
        let livelock = self.participants[..count].iter().any(spins);
        let waits: Vec<_> = (0..count).filter_map(stands).collect();
        format!("{}: {}", if livelock { "livelock" } else { "deadlock" }, waits.join(", "))
    }

    /// Says who slept until its time was over although it should have been woken. A participant
    /// that was woken may die before it passes that on, so each death excuses one such sleep.
    #[must_use]
    pub fn woken_by_time_alone(&self) -> Option<String> {
        if self.scenario.time_passes || !matches!(self.choices.last(), Some(Choice::Time)) {
            return None;
        }
        let deaths = self.trace.iter().filter(|event| event.what == What::Crash).count();
        let over = |index: &usize| {
            let times = self.trace.iter().filter_map(|event| match &event.what {
                What::Time { over, .. } => Some(over),
                _ => None,
            });
            times.filter(|over| over.contains(index)).count()
        };
        let who = (0..self.participants.len()).find(|index| over(index) > deaths)?;
        let who = self.scenario.who(who);
        Some(format!("lost wake-up: {who} is woken by the end of its time alone"))
    }

    /// The name of a shared word.
    fn name(&self, address: u64) -> String {
        Word::name_at(&self.words(), address).unwrap_or_else(|| self.place(address))
    }

    /// A word without a name: where it lies in shared memory.
    fn place(&self, address: u64) -> String {
        let ranges = self.memory.ranges().iter().enumerate();
        let range = ranges.clone().find(|(_, range)| range.contains(&address));
        range.map_or_else(
            || format!("{address:#x}"),
            |(index, range)| format!("region {index}+{:#x}", address - range.start),
        )
    }
}
