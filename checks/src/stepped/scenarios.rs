//! The scenarios that the command line knows: each primitive with one operation or two for each of
//! two participants, any of whom may die at any of its steps, and the ticket sale.
//!
//! Operations that wait do so with a time-out, because a peer that died may be what they wait for.
//! While nobody dies it never runs out: an execution in which only time helps has lost a wake-up.

mod array;
mod classics;
mod dict;
mod futex;
mod joinable_queue;
mod list;
pub mod litmus;
mod lock;
mod numbers;
mod queue;
mod tasks;
mod tickets;
mod value;
mod words;

#[cfg(test)]
mod tests;

use std::time::Duration;

pub use classics::{Classic, classics};

use super::scenario::Scenario;

/// How long participants wait for their peers: less than a backstop, so that a wait for a dead peer
/// ends by time only once.
const PATIENCE: Duration = Duration::from_millis(40);

/// All of them, the classic bugs and their mended versions included.
#[must_use]
pub fn scenarios() -> Vec<Scenario> {
    let classics = classics().into_iter().flat_map(|classic| [classic.bug, classic.mended]);
    let primitives = [
        lock::all(),
        queue::all(),
        joinable_queue::all(),
        dict::all(),
        value::all(),
        array::all(),
        list::all(),
        tickets::all(),
    ];
    primitives.into_iter().flatten().chain(classics).collect()
}
