//! A schedule, written down so that it can be followed again: also by a program that has changed
//! elsewhere since.
//!
//! Not each step is written down but each *segment*: who runs, and until when. Where it ends is
//! said by what the participant is about to do there, in which function, to which word, and for
//! which time within the segment; no address and no line number counts.
//!
//! ```text
//! forkstep schedule 1
//! scenario: lost-update
//! verdict: two additions make 1
//! bound: 1
//! crashes: 0
//!
//! run P0 until hit 1 of write `value` in `word::put`   # core/src/record/word.rs:61
//! run P1 until it ends
//! CRASH P0
//! TIME
//! ```

mod follower;
mod key;
mod line;
mod parse;
mod recorder;

use std::fmt;

pub use follower::{Follower, Unfollowed};
pub use key::{Key, Stand};
pub use parse::ParseError;
pub use recorder::Recorder;

use line::escaped;

/// What happens for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// One participant runs.
    Run {
        /// Who.
        participant: usize,
        /// How far.
        until: Until,
    },
    /// One participant dies.
    Crash(usize),
    /// Time passes.
    Time,
}

/// Where a participant stops running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Until {
    /// In front of what it does next.
    Hit {
        /// What that is.
        key: Key,
        /// The how manieth of its kind since the segment began, from 1.
        hit: usize,
        /// Where in the source it was when the schedule was written: for the reader alone.
        source: String,
    },
    /// Where it sleeps.
    Asleep,
    /// At its end.
    Ended,
}

/// A whole schedule, and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// The name of the scenario.
    pub scenario: String,
    /// What was wrong, in a sentence.
    pub verdict: String,
    /// How many preemptions an execution had at most, if there was such a bound.
    pub bound: Option<usize>,
    /// How many participants died at most.
    pub crashes: usize,
    /// What happens.
    pub segments: Vec<Segment>,
}

/// The first word of a file, and the number of its format.
const FORMAT: (&str, &str) = ("forkstep schedule", "1");
/// What is said instead of a bound where there is none.
const NO_BOUND: &str = "none";

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run { participant, until } => write!(f, "run P{participant} until {until}"),
            Self::Crash(participant) => write!(f, "CRASH P{participant}"),
            Self::Time => f.write_str("TIME"),
        }
    }
}

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hit { key, hit, .. } => write!(f, "hit {hit} of {key}"),
            Self::Asleep => f.write_str("it sleeps"),
            Self::Ended => f.write_str("it ends"),
        }
    }
}

impl Segment {
    /// Where in the source it ends, if somebody said so.
    fn source(&self) -> Option<&str> {
        match self {
            Self::Run { until: Until::Hit { source, .. }, .. } if !source.is_empty() => {
                Some(source)
            }
            _ => None,
        }
    }
}

/// The text of a `.schedule` file.
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (format, version) = FORMAT;
        writeln!(f, "{format} {version}")?;
        writeln!(f, "scenario: {}", escaped(&self.scenario))?;
        writeln!(f, "verdict: {}", escaped(&self.verdict))?;
        let bound = self.bound.map_or(NO_BOUND.to_owned(), |bound| bound.to_string());
        writeln!(f, "bound: {bound}")?;
        writeln!(f, "crashes: {}", self.crashes)?;
        writeln!(f)?;
        for segment in &self.segments {
            match segment.source() {
                Some(source) => writeln!(f, "{segment}   # {}", escaped(source))?,
                None => writeln!(f, "{segment}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
