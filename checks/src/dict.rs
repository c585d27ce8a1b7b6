//! The subject `dict`: its plans for real processes.

pub mod plans;

use crate::check::{Check, Level};

/// All checks of the dict.
#[must_use]
pub fn checks(level: Level) -> Vec<Check> {
    vec![plans::on_processes(level)]
}
