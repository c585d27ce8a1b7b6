//! An execution as a picture: a row for every event, a lane for every participant.
//!
//! It says first what came of the execution, then how, and last what is wrong and how to see it
//! again. Rows that say nothing to the reader are drawn together, unless all are asked for.

mod cell;
mod fold;
mod html;
mod names;
mod queues;
mod table;
mod text;
mod value;

use super::history::{Call, History};
use super::trace::{Event, Word};
use names::Names;

/// An execution, and what is to be said of it.
#[derive(Clone, Copy)]
pub struct Timeline<'a> {
    /// The name of the scenario.
    pub scenario: &'a str,
    /// The roles of the participants, who have a lane each; what runs afterwards has none.
    pub roles: &'a [String],
    /// What happened.
    pub events: &'a [Event],
    /// The operations, and what came of them.
    pub history: &'a History,
    /// The names of shared words.
    pub words: &'a [Word],
    /// Where in the source an event's instruction stands; empty where nobody knows.
    pub source: &'a dyn Fn(&Event) -> String,
    /// Which event is the critical step, if one is: the first after which every continuation
    /// fails.
    pub critical: Option<usize>,
    /// Says in a sentence why the execution is wrong.
    pub closing: &'a str,
    /// The command that shows it again.
    pub replay: &'a str,
    /// Whether to show each event in a row of its own.
    pub all: bool,
}

/// What is said under the table about the row that is marked.
const CRITICAL: &str = "from this step on, every continuation fails";

impl Timeline<'_> {
    /// The timeline as text, for a terminal.
    #[must_use]
    pub fn text(&self) -> String {
        text::of(self, &self.table())
    }

    /// The timeline as a page that needs no other file.
    #[must_use]
    pub fn html(&self) -> String {
        html::of(self, &self.table())
    }

    fn table(&self) -> table::Table {
        table::Table::of(self, &Names::of(self))
    }

    /// What came of each operation: whose it was, and a sentence.
    fn results(&self) -> impl Iterator<Item = (String, String)> + '_ {
        self.history.calls.iter().map(|call| (self.lane(call.participant), self.result(call)))
    }

    fn result(&self, call: &Call) -> String {
        let died = self.history.deaths.get(call.participant).copied().flatten().is_some();
        let operation = cell::bare(&call.operation);
        match &call.answer {
            Some(answer) => format!("{operation} returns {answer}"),
            None if died => {
                format!("{operation} is pending: {} has died", self.who(call.participant))
            }
            None => format!("{operation} is pending"),
        }
    }

    /// The heading of a lane.
    fn lane(&self, participant: usize) -> String {
        match self.roles.get(participant) {
            Some(role) if !role.is_empty() && *role != format!("P{participant}") => {
                format!("P{participant} ({role})")
            }
            _ => self.who(participant),
        }
    }

    /// A participant, in short.
    fn who(&self, participant: usize) -> String {
        super::scenario::who(self.roles, participant)
    }
}

impl std::fmt::Debug for Timeline<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Timeline({}, {} events)", self.scenario, self.events.len())
    }
}

#[cfg(test)]
mod tests;
