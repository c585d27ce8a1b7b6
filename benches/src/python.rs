//! The peer that people come from: the queues of CPython's multiprocessing, and its shared dict.
//!
//! It times itself, in a process of its own that runs a few times and not in every block: its
//! start alone takes longer than the blocks of all others together.

mod dict;

pub use dict::{DictCase, DictSeries, MANAGER_DICT};

use std::process::Command;

use crate::flow::Flow;
use crate::paired::Series;

const SCRIPT: &str = include_str!("../multiprocessing_queue.py");

/// The queue of the standard library.
pub const QUEUE: &str = "CPython Queue";
/// The one whose consumers say that they are done.
pub const JOINABLE_QUEUE: &str = "CPython JoinableQueue";

/// Says what a run does.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// [`QUEUE`] or [`JOINABLE_QUEUE`].
    pub kind: &'static str,
    /// Who takes part.
    pub flow: Flow,
    /// 8 for numbers, otherwise the bytes of an item.
    pub len: usize,
    /// How many items go through.
    pub items: u64,
}

impl Case {
    /// Runs the case so often, and gives nanoseconds per item and the version of CPython.
    ///
    /// # Errors
    ///
    /// Why there is no figure: `python3` is missing, or the run failed.
    pub fn measure(&self, runs: usize) -> Result<(Series, String), String> {
        let (mut figures, mut version) = (Vec::new(), String::new());
        for _ in 0..runs {
            let figure;
            (version, figure) = self.run()?;
            figures.push(figure);
        }
        Ok((Series::measured_apart(format!("{}, processes", self.kind), figures), version))
    }

    fn run(&self) -> Result<(String, f64), String> {
        let Flow { producers, consumers, capacity } = self.flow;
        let mut python = isolated(SCRIPT);
        python.arg(self.kind.trim_start_matches("CPython "));
        for number in [producers, consumers, capacity, self.len, self.items as usize] {
            python.arg(number.to_string());
        }
        let said = said_by(python)?;
        let parsed = said
            .split_once(' ')
            .and_then(|(version, figure)| Some((version.to_owned(), figure.parse().ok()?)));
        parsed.ok_or_else(|| format!("no figure: `{said}`"))
    }
}

/// Prepares a run of a script, without modules of the folder that the bench happens to run in.
fn isolated(script: &str) -> Command {
    let mut python = Command::new("python3");
    python.args(["-I", "-c", script]);
    python
}

/// Runs what was prepared and gives what it printed.
fn said_by(mut python: Command) -> Result<String, String> {
    let output = python.output().map_err(|error| format!("python3 does not run: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{}: {}", output.status, said.lines().last().unwrap_or_default()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
