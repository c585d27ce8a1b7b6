//! Real processes, one shared access at a time.
//!
//! The participants of a [`Scenario`] are forked processes that run the shipped code. The shared
//! memory of the scenario is out of their reach, so every access to it stops the process in front
//! of the access, and a [`Machine`] decides who goes on, who dies, and when time passes. What the
//! kernel would do for them with futexes, robust lists and clocks it does itself, so nobody ever
//! waits for real.

mod clock;
mod explorer;
mod filter;
mod history;
mod instruction;
mod journal;
pub mod kernel;
mod machine;
mod mappings;
mod memory;
mod participant;
mod rewind;
mod robust;
mod scenario;
pub mod scenarios;
mod spec;
mod template;
mod trace;
mod trampoline;
mod verdict;

pub use explorer::{Explorer, Figures, Limits, Outcome};
pub use history::{Call, History};
pub use journal::Log;
pub use machine::{Choice, Machine};
pub use scenario::{Builder, Expect, Scenario};
pub use spec::SequentialSpec;
pub use trace::{Access, Action, Event, Point, Value, What, Word};
