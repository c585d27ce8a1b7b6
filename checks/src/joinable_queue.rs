//! The queue of tasks: its models, and what they are run for.

pub mod checks;
mod models;
