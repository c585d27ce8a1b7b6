//! Who sleeps on which futex word.

use super::super::trace::{Event, What};
use super::names::Names;

/// The queues of an execution, as far as it has been followed; oldest sleeper first.
#[derive(Clone, Debug, Default)]
pub(super) struct Queues {
    sleepers: Vec<(u64, usize)>,
}

impl Queues {
    /// Follows one event more.
    pub(super) fn follow(&mut self, event: &Event) {
        match &event.what {
            What::Wait { address, sleeps: true, .. } => {
                self.sleepers.extend(event.participant.map(|who| (*address, who)));
            }
            What::Wake { woken, .. } | What::Robust { woken, .. } => self.leave(woken),
            What::Time { over, .. } => self.leave(over),
            What::Crash | What::End(_) => self.leave(event.participant.as_slice()),
            _ => {}
        }
    }

    fn leave(&mut self, who: &[usize]) {
        self.sleepers.retain(|(_, sleeper)| !who.contains(sleeper));
    }

    /// Each word on which somebody sleeps, and who does.
    pub(super) fn describe(&self, names: &Names<'_>) -> String {
        let mut words: Vec<(u64, Vec<String>)> = Vec::new();
        for (address, who) in &self.sleepers {
            let who = names.participant(*who);
            match words.iter_mut().find(|(word, _)| word == address) {
                Some((_, queue)) => queue.push(who),
                None => words.push((*address, vec![who])),
            }
        }
        let queue = |(word, queue): &(u64, Vec<String>)| {
            format!("{}: {}", names.word(*word), queue.join(", "))
        };
        words.iter().map(queue).collect::<Vec<_>>().join("; ")
    }
}
