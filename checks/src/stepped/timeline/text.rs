//! The table for a terminal.

use std::fmt::{self, Write};

use super::table::{Row, Table};
use super::{CRITICAL, Timeline};

/// What stands in front of the critical step, and of a death.
const CRITICAL_MARK: &str = "==>";
const CRASH_MARK: &str = "***";
/// Sentences may be longer than a lane: they do not make it wider than this.
const WIDEST: usize = 64;

pub(super) fn of(timeline: &Timeline<'_>, table: &Table) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = render(&mut text, timeline, table);
    text
}

fn render(text: &mut String, timeline: &Timeline<'_>, table: &Table) -> fmt::Result {
    writeln!(text, "counterexample: {}", timeline.scenario)?;
    for (who, result) in timeline.results() {
        writeln!(text, "  {who}: {result}")?;
    }
    writeln!(text)?;
    let widths = Widths::of(table);
    let lanes: String = table.lanes.iter().zip(&widths.lanes).map(|(l, w)| pad(l, *w)).collect();
    let (step, source) = (widths.step, widths.source);
    let heading = format!("    {:>step$}  {lanes}{}futex queues", "step", pad("source", source));
    writeln!(text, "{heading}")?;
    for row in &table.rows {
        writeln!(text, "{}", line(row, &widths))?;
    }
    writeln!(text)?;
    if timeline.critical.is_some() {
        writeln!(text, "{CRITICAL_MARK} {CRITICAL}")?;
    }
    writeln!(text, "wrong: {}", timeline.closing)?;
    writeln!(text, "replay: {}", timeline.replay)
}

fn line(row: &Row, widths: &Widths) -> String {
    let mark = match row {
        Row { critical: true, .. } => CRITICAL_MARK,
        Row { crash: true, .. } => CRASH_MARK,
        _ => "",
    };
    let all: usize = widths.lanes.iter().sum();
    let before: usize = widths.lanes[..row.lane.unwrap_or(0)].iter().sum();
    let lanes = pad(&format!("{:before$}{}", "", row.cell), all);
    let (step, source) = (widths.step, pad(&row.source, widths.source));
    let line = format!("{mark:<3} {:>step$}  {lanes}{source}{}", row.step, row.queues);
    line.trim_end().to_owned()
}

/// How wide the columns are, the gap behind them included.
struct Widths {
    step: usize,
    lanes: Vec<usize>,
    source: usize,
}

impl Widths {
    fn of(table: &Table) -> Self {
        let width = |text: &str| text.chars().count() + 2;
        let lane = |lane: usize| {
            let cells = table.rows.iter().filter(|row| row.lane == Some(lane));
            let widest = cells.map(|row| width(&row.cell)).filter(|width| *width <= WIDEST).max();
            widest.unwrap_or(0).max(width(&table.lanes[lane]))
        };
        let steps = table.rows.iter().map(|row| row.step.len()).max();
        let sources = table.rows.iter().map(|row| width(&row.source)).max();
        Self {
            step: steps.unwrap_or(0).max("step".len()),
            lanes: (0..table.lanes.len()).map(lane).collect(),
            source: sources.unwrap_or(0).max(width("source")),
        }
    }
}

/// Fills up with blanks; what is too long is kept apart from what follows.
fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.chars().count()).max(1);
    format!("{text}{}", " ".repeat(missing))
}
