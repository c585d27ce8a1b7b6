//! The subject `dict`: its models, and its plans for real processes.

pub mod checks;
pub mod models;
pub mod plans;
mod spec;
