//! What participants say of themselves, as it gets into the trace.

use super::history::History;
use super::journal::Kind;
use super::machine::Machine;
use super::memory::hash_of;
use super::trace::What;

impl Machine<'_> {
    /// Reads what a participant has said since it was last heard.
    pub(super) fn hear(&mut self, index: usize) {
        let participant = &mut self.participants[index];
        let entries = self.template.journal.entries(index, participant.heard);
        participant.heard = self.template.journal.written(index);
        for entry in entries {
            let text = entry.text;
            let what = match entry.kind {
                Kind::Invocation => {
                    self.participants[index].invoked = true;
                    What::Invocation(text)
                }
                Kind::Response => {
                    self.note_invocation(index);
                    let participant = &mut self.participants[index];
                    participant.responses += 1;
                    participant.answered = hash_of(&(participant.answered, &text));
                    What::Response(text)
                }
                Kind::Note => What::Note(text),
                Kind::Failure => {
                    self.wrong.get_or_insert(format!("{}: {text}", self.scenario.who(index)));
                    What::Failure(text)
                }
            };
            self.happened_to(index, what);
        }
    }

    /// An operation begins with the first step that is taken for it: what a participant does
    /// before that nobody can see, so it may as well happen then.
    pub(super) fn note_invocation(&mut self, index: usize) {
        if std::mem::take(&mut self.participants[index].invoked) {
            let over: Vec<_> = self.participants.iter().map(|p| p.responses).collect();
            self.precedence ^= hash_of(&(index, over));
        }
    }

    /// The operations so far.
    #[must_use]
    pub fn history(&self) -> History {
        let lanes = (0..self.participants.len()).map(|lane| self.template.journal.entries(lane, 0));
        History::of(&self.trace, &lanes.collect::<Vec<_>>())
    }

    /// A death ends the operation that the participant was in: what begins later begins behind it.
    pub(super) fn note_end_of_calls(&mut self, index: usize) {
        let over: Vec<_> = self.participants.iter().map(|p| p.responses).collect();
        self.precedence ^= hash_of(&("death", index, over));
        self.participants[index].responses += 1;
    }
}
