//! What a check says when it is done: one line, with everything that a reader needs to trust it.

use std::fmt;

use serde::Serialize;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing was found within the bound, and the bound was searched to its end.
    Holds,
    /// A counterexample was found.
    Violated,
    /// The search was given up before its end: nothing is known.
    #[serde(rename = "UNFINISHED")]
    Unfinished,
}

/// One line of `forkstep check`.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// What was checked.
    pub subject: String,
    /// What should hold.
    pub property: String,
    /// Who ran it.
    pub engine: &'static str,
    /// Up to what the search went.
    pub bound: String,
    /// How many executions were run.
    pub executions: usize,
    /// At how many places a participant was crashed.
    pub crash_points: usize,
    /// Whether the search came to its end.
    pub finished: bool,
    /// What came out.
    pub verdict: Verdict,
    /// What this check says nothing about.
    pub not_covered: &'static str,
    /// What was found wrong, as text for a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
    /// The file that repeats what was found wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    /// What was counted beside the executions and crash points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub figures: Option<String>,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict {
            Verdict::Holds => "holds",
            Verdict::Violated => "VIOLATED",
            Verdict::Unfinished => "UNFINISHED",
        };
        let Self { subject, property, engine, bound, executions, crash_points, .. } = self;
        write!(f, "{verdict:<10} {subject:<14} {property}\n           {engine}: {bound}; ")?;
        write!(f, "{executions} executions, {crash_points} crash points, ")?;
        f.write_str(if self.finished { "finished" } else { "UNFINISHED" })?;
        write!(f, "; not covered: {}", self.not_covered)?;
        if let Some(figures) = &self.figures {
            write!(f, "\n           {figures}")?;
        }
        match &self.details {
            // A timeline says itself how to see it again.
            Some(details) if self.schedule.is_some() => write!(f, "\n\n{details}"),
            Some(details) => write!(f, "\n\n{details}\nsee it again: forkstep check {subject}"),
            None => Ok(()),
        }
    }
}
