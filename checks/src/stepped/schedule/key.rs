//! What a place in an execution is known by, whatever its line or its address.

use std::fmt;

use super::super::site::Site;
use super::super::trace::{Access, Action, Point, Word};
use super::line::escaped;

/// What a participant is about to do, as a reader of the source would say it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// What it does.
    pub action: Action,
    /// The name of the word that it does it to; empty if there is none, or it has no name.
    pub word: String,
    /// The function in which it does it; empty if nobody knows.
    pub function: String,
}

impl Key {
    /// The key of a point, which stands at this site of the source, if that is known.
    #[must_use]
    pub fn of(point: &Point, words: &[Word], site: Option<&Site>) -> Self {
        let word = Word::name_at(words, point.address).unwrap_or_default();
        let function = site.map_or_else(String::new, |site| site.function.clone());
        Self { action: point.action, word, function }
    }
}

/// Where a participant is in an execution.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Stand {
    /// In front of what it does next.
    At(Key),
    /// Asleep until it is woken, or until its time has come.
    Asleep,
    /// It has ended.
    Ended,
    /// It has been killed.
    Dead,
}

/// What is written for an action, except a system call, which has a number.
pub(super) const ACTIONS: [(&str, Action); 7] = [
    ("read", Action::Access(Access::Read)),
    ("write", Action::Access(Access::Write)),
    ("change", Action::Access(Access::ReadModifyWrite)),
    ("wait", Action::Wait),
    ("wake", Action::Wake),
    ("sleep", Action::Sleep),
    ("robust-list", Action::RobustList),
];
/// What is written in front of a system call's number.
pub(super) const CALL: &str = "call";

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.action {
            Action::Call(number) => write!(f, "{CALL} {number}")?,
            action => {
                let named = ACTIONS.iter().find(|(_, other)| *other == action);
                f.write_str(named.map_or("", |(name, _)| name))?;
            }
        }
        if !self.word.is_empty() {
            write!(f, " `{}`", escaped(&self.word))?;
        }
        if self.function.is_empty() {
            Ok(())
        } else {
            write!(f, " in `{}`", escaped(&self.function))
        }
    }
}

impl fmt::Display for Stand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(key) => write!(f, "stands in front of {key}"),
            Self::Asleep => f.write_str("sleeps"),
            Self::Ended => f.write_str("has ended"),
            Self::Dead => f.write_str("is dead"),
        }
    }
}
