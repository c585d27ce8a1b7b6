//! How far an exploration is, on a terminal.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::stepped::Figures;

/// How often the line is drawn anew.
const BETWEEN: Duration = Duration::from_millis(200);

/// A line on standard error, if that is a terminal. No thread draws it: explorers fork.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
    name: String,
    start: Instant,
    drawn: Instant,
}

impl Progress {
    pub(super) fn new(name: &str, json: bool) -> Self {
        let shown = std::io::stderr().is_terminal() && !json;
        let bar = if shown { ProgressBar::no_length() } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("{spinner} {wide_msg}");
        bar.set_style(style.expect("the template is well-formed"));
        let now = Instant::now();
        Self { bar, name: name.to_owned(), start: now, drawn: now }
    }

    /// Shows what has been done.
    pub(super) fn show(&mut self, figures: Figures) {
        if self.drawn.elapsed() < BETWEEN {
            return;
        }
        self.drawn = Instant::now();
        let schedules = figures.executions + figures.cut;
        let a_second = schedules as f64 / self.start.elapsed().as_secs_f64();
        let Figures { depth, open, states, .. } = figures;
        self.bar.set_message(format!(
            "{}: {schedules} schedules, {a_second:.0} a second, up to {depth} steps, {states} \
             states, at least {open} schedules left",
            self.name
        ));
        self.bar.tick();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
