//! The dict of a manager, which lives in a process of its own.

use super::{isolated, said_by};
use crate::draws::KEYS;
use crate::paired::Series;
use crate::scratch::Scratch;

const SCRIPT: &str = include_str!("../../multiprocessing_dict.py");

/// The shared dict of the standard library.
pub const MANAGER_DICT: &str = "CPython Manager dict";

/// Says what a run does.
#[derive(Debug, Clone, Copy)]
pub struct DictCase {
    /// Processes that use the dict at the same time.
    pub participants: usize,
    /// 8 for numbers, otherwise the bytes of a key.
    pub key_len: usize,
    /// The same for a value.
    pub value_len: usize,
    /// Operations of each kind; all keys are inserted at the fill.
    pub operations: usize,
}

/// Holds what the runs of one case gave.
#[derive(Debug)]
pub struct DictSeries {
    /// The version of CPython.
    pub version: String,
    /// For each run the kinds of operations, as the script names them, with nanoseconds for each.
    runs: Vec<Vec<(String, f64)>>,
}

impl DictCase {
    /// Runs the case so often.
    ///
    /// # Errors
    ///
    /// Why there are no figures: `python3` is missing, or a run failed.
    pub fn measure(&self, runs: usize) -> Result<DictSeries, String> {
        let mut series = DictSeries { version: String::new(), runs: Vec::new() };
        for _ in 0..runs {
            let said = self.run()?;
            let (version, figures) = parsed(&said).ok_or(format!("no figures: `{said}`"))?;
            series.version = version;
            series.runs.push(figures);
        }
        Ok(series)
    }

    fn run(&self) -> Result<String, String> {
        // The manager's socket, which stays where it is when its process is killed.
        let scratch = Scratch::new()?;
        let mut python = isolated(SCRIPT);
        python.env("TMPDIR", scratch.path());
        let Self { participants, key_len, value_len, operations } = *self;
        for number in [participants, key_len, value_len, KEYS, operations] {
            python.arg(number.to_string());
        }
        said_by(python)
    }
}

impl DictSeries {
    /// Gives the figures of one kind of operations.
    pub fn of(&self, kind: &str) -> Option<Series> {
        let of_run = |run: &Vec<(String, f64)>| Some(run.iter().find(|(name, _)| name == kind)?.1);
        let figures: Option<Vec<f64>> = self.runs.iter().map(of_run).collect();
        Some(Series::measured_apart(format!("{MANAGER_DICT}, processes"), figures?))
    }
}

/// Takes the version from the first line, and a kind with its figure from each of the others.
fn parsed(said: &str) -> Option<(String, Vec<(String, f64)>)> {
    let (version, rest) = said.split_once('\n')?;
    let figure = |line: &str| {
        let (kind, nanos) = line.split_once(' ')?;
        Some((kind.to_owned(), nanos.parse().ok()?))
    };
    Some((version.to_owned(), rest.lines().map(figure).collect::<Option<_>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_found_by_their_kind() {
        let run = |said| parsed(said).expect("figures").1;
        let runs = vec![run("3\nget 1.5\nfill 2"), run("3\nget 3.5\nfill 2")];
        let series = DictSeries { version: "3".to_owned(), runs };
        assert_eq!(series.of("get").expect("a kind").median(), 3.5);
        assert!(series.of("update").is_none());
        assert!(parsed("3\nget").is_none() && parsed("").is_none());
    }
}
