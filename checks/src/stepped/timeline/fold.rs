//! Which events are drawn together in one row.

use std::ops::Range;

use super::super::trace::{Event, What};
use super::Timeline;
use super::names::Names;

/// Ends of names of words that decide nothing although several participants use them: what a robust
/// lock keeps beside its word, and what a waiter has learnt about waiting.
const BOOKS: [&str; 5] =
    ["lock.links.prev", "lock.links.next", "lock.owner", "lock.poison", ".patience"];

/// Why an event need not be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dull {
    /// Nobody else touches the word.
    Own,
    /// The word decides nothing.
    Books,
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
    let whose = match (has(Dull::Own), has(Dull::Books)) {
        _ if has(Dull::Alone) => ", alone",
        (true, false) => " to words of its own",
        (false, _) => " to bookkeeping",
        (true, true) => " to words of its own and bookkeeping",
    };
    format!("({} accesses{whose})", dull.len())
}

/// Why an event need not be seen, if so.
fn reason(n: usize, timeline: &Timeline<'_>, names: &Names<'_>) -> Option<Dull> {
    let event = &timeline.events[n];
    if event.what == What::RobustList {
        // Its head is private memory.
        return Some(Dull::Own);
    }
    if !event.what.is_access() {
        return None;
    }
    let (address, len) = event.what.place()?;
    if event.participant? >= timeline.roles.len() {
        return Some(Dull::Alone);
    }
    // A word to sleep on is for others, also if none of them came.
    let is_shared = |other: &Event| {
        let by_another = other.participant != event.participant || !other.what.is_access();
        let touches = |(at, len_there)| at < address + len && address < at + len_there;
        by_another && other.what.place().is_some_and(touches)
    };
    if !timeline.events.iter().any(is_shared) {
        return Some(Dull::Own);
    }
    let name = names.word(address);
    BOOKS.iter().any(|end| name.ends_with(end)).then_some(Dull::Books)
}

impl What {
    fn is_access(&self) -> bool {
        matches!(self, Self::Access { .. })
    }
}
