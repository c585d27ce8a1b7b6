//! The queue of tasks: its models, its plans for real processes, and the long run.

pub mod checks;
pub mod long_run;
mod models;
pub mod plans;
mod role;
