//! The rows and lanes of a timeline, however they are drawn.

use super::super::trace::What;
use super::fold::{Group, groups};
use super::names::Names;
use super::queues::Queues;
use super::{Timeline, cell};

/// What is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    /// The headings of the lanes.
    pub(super) lanes: Vec<String>,
    pub(super) rows: Vec<Row>,
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// The number of the step, or the first and the last of those that it stands for.
    pub(super) step: String,
    /// Whose it is; `None` if it is no participant's, and goes across all lanes.
    pub(super) lane: Option<usize>,
    /// What happened.
    pub(super) cell: String,
    /// Where in the source.
    pub(super) source: String,
    /// Who sleeps on what after it.
    pub(super) queues: String,
    /// Whether somebody died.
    pub(super) crash: bool,
    /// Whether it is the critical step.
    pub(super) critical: bool,
}

impl Table {
    pub(super) fn of(timeline: &Timeline<'_>, names: &Names<'_>) -> Self {
        let mut queues = Queues::default();
        let rows = groups(timeline, names).into_iter().map(|group| {
            timeline.events[group.events.clone()].iter().for_each(|event| queues.follow(event));
            Row { queues: queues.describe(names), ..row(&group, timeline, names) }
        });
        let rows = rows.collect();
        let lanes = (0..timeline.roles.len()).map(|lane| timeline.lane(lane));
        Self { lanes: lanes.collect(), rows }
    }
}

fn row(group: &Group, timeline: &Timeline<'_>, names: &Names<'_>) -> Row {
    let (first, end) = (group.events.start, group.events.end);
    let event = &timeline.events[first];
    let one = || cell::of(&event.what, names);
    let (cell, shown) = match &group.instead {
        None => (one(), true),
        Some(times) if group.repeated => (format!("{}{times}", one()), true),
        Some(instead) => (instead.clone(), false),
    };
    let lane = event.participant.filter(|actor| *actor < timeline.roles.len());
    let cell = match event.participant {
        Some(other) if lane.is_none() => format!("{}: {cell}", timeline.who(other)),
        _ => cell,
    };
    let has_site = event.at != 0 && event.what.is_step();
    Row {
        step: if end - first == 1 { end.to_string() } else { format!("{}-{end}", first + 1) },
        lane,
        cell,
        source: if shown && has_site { (timeline.source)(event) } else { String::new() },
        crash: event.what == What::Crash,
        critical: timeline.critical == Some(first),
        ..Row::default()
    }
}

impl What {
    /// Whether it is the doing of one instruction.
    pub(super) fn is_step(&self) -> bool {
        matches!(
            self,
            Self::Access { .. }
                | Self::Wait { .. }
                | Self::Wake { .. }
                | Self::Call { .. }
                | Self::Sleep { .. }
                | Self::Crash
        )
    }
}
