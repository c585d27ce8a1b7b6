//! Real processes, one shared access at a time.
//!
//! The participants of a [`Scenario`] are forked processes that run the shipped code. The shared
//! memory of the scenario is out of their reach, so every access to it stops the process in front
//! of the access, and a [`Machine`] decides who goes on, who dies, and when time passes. What the
//! kernel would do for them with futexes, robust lists and clocks it does itself, so nobody ever
//! waits for real.

mod bounds;
mod clock;
mod counterexample;
mod critical;
mod death;
mod explore;
mod explorer;
mod filter;
mod free;
mod history;
mod instruction;
mod journal;
pub mod kernel;
pub mod kill;
mod machine;
mod mappings;
mod memory;
mod participant;
mod pinned;
mod replay;
mod rewind;
mod robust;
mod said;
mod scenario;
pub mod scenarios;
mod schedule;
mod shrink;
mod site;
mod spec;
mod spin;
mod state;
mod step;
mod template;
mod timeline;
mod trace;
mod trampoline;
mod verdict;
mod walk;
mod words;

pub use bounds::Limits;
pub use counterexample::Counterexample;
pub use explore::{Report, Strategy, explore};
pub use explorer::{Explorer, Figures, Outcome, Sight};
pub use free::{Stress, stress};
pub use history::{Call, History};
pub use journal::Log;
pub use machine::{Choice, Machine};
pub use replay::replay;
pub use scenario::{Builder, Expect, Scenario};
pub use schedule::{
    Follower, Key, ParseError, Recorder, Schedule, Segment, Stand, Unfollowed, Until,
};
pub use site::{Site, Sites};
pub use spec::SequentialSpec;
pub use timeline::Timeline;
pub use trace::{Access, Action, Event, Point, Value, What, Word};
pub use walk::draw_one;
