//! Real processes, one shared access at a time.
//!
//! The participants of a [`Scenario`] are forked processes that run the shipped code. The shared
//! memory of the scenario is out of their reach, so every access to it stops the process in front
//! of the access, and a [`Machine`] decides who goes on, who dies, and when time passes. What the
//! kernel would do for them with futexes, robust lists and clocks it does itself, so nobody ever
//! waits for real.

mod history;
mod journal;
mod scenario;
mod schedule;
mod site;
mod timeline;
mod trace;
mod words;

pub use history::{Call, History};
pub use journal::Log;
pub use scenario::{Builder, Expect, Scenario};
pub use schedule::{
    Choice, Follower, Key, ParseError, Recorder, Schedule, Segment, Stand, Unfollowed, Until,
};
pub use site::{Site, Sites};
pub use timeline::Timeline;
pub use trace::{Access, Action, Event, Point, Value, What, Word};
