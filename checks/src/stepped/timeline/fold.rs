//! Which events are drawn together in one row.

use std::ops::Range;

use super::super::trace::{Event, What};
use super::Timeline;
use super::names::Names;

/// Ends of names of words that participants use one after the other and that decide nothing: the
/// links of robust locks, and what a waiter has learnt about waiting.
const QUIET: [&str; 3] = [".links.prev", ".links.next", ".patience"];

/// Why an event need not be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dull {
    /// Nobody else touches the word.
    Own,
    /// The word decides nothing.
    Quiet,
    /// Nobody else is there any more.
    Alone,
}

/// Events that share a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    /// Which.
    pub(super) events: Range<usize>,
    /// What is said in place of them; if nothing, there is one.
    pub(super) instead: Option<String>,
    /// Whether all of them are the same: then one of them is shown as well.
    pub(super) repeated: bool,
}

/// Splits the events into rows.
pub(super) fn groups(timeline: &Timeline<'_>, names: &Names<'_>) -> Vec<Group> {
    let events = timeline.events;
    let seen = |n: usize| timeline.all || timeline.critical == Some(n);
    let dull: Vec<_> = (0..events.len())
        .map(|n| if seen(n) { None } else { reason(n, timeline, names) })
        .collect();
    let mut groups = Vec::new();
    let mut start = 0;
    while start < events.len() {
        let with = |same: &dyn Fn(usize) -> bool| {
            (start + 1..events.len()).take_while(|n| same(*n)).last().map_or(start + 1, |n| n + 1)
        };
        let actor = events[start].participant;
        let dull_end = with(&|n| dull[n].is_some() && events[n].participant == actor);
        let same_end = with(&|n| {
            !seen(n) && !seen(start) && events[n] == events[start] && events[n].what.is_step()
        });
        let (end, instead) = if dull[start].is_some() && dull_end > start + 1 {
            (dull_end, Some(summary(&dull[start..dull_end])))
        } else if same_end > start + 1 {
            (same_end, Some(format!(", {} times", same_end - start)))
        } else {
            (start + 1, None)
        };
        let repeated = instead.as_ref().is_some_and(|text| text.starts_with(','));
        groups.push(Group { events: start..end, instead, repeated });
        start = end;
    }
    groups
}

/// Says in a row what it stands for.
fn summary(dull: &[Option<Dull>]) -> String {
    let has = |reason| dull.contains(&Some(reason));
    let whose = match (has(Dull::Own), has(Dull::Quiet)) {
        _ if has(Dull::Alone) => ", alone",
        (true, false) => " to words of its own",
        (false, _) => " to links and hints",
        (true, true) => " to words of its own, links and hints",
    };
    format!("({} accesses{whose})", dull.len())
}

/// Why an event need not be seen, if so.
fn reason(n: usize, timeline: &Timeline<'_>, names: &Names<'_>) -> Option<Dull> {
    let event = &timeline.events[n];
    let What::Access { .. } = event.what else { return None };
    let (address, len) = event.what.place()?;
    let participant = event.participant?;
    let is_afterwards = |participant| participant >= timeline.roles.len();
    let by_another = |other: &Event| {
        other.participant.is_some_and(|other| other != participant && !is_afterwards(other))
            && other.what.place().is_some_and(|(start, other_len)| {
                start < address + len && address < start + other_len
            })
    };
    if is_afterwards(participant) {
        Some(Dull::Alone)
    } else if !timeline.events.iter().any(by_another) {
        Some(Dull::Own)
    } else {
        let name = names.word(address);
        QUIET.iter().any(|end| name.ends_with(end)).then_some(Dull::Quiet)
    }
}
