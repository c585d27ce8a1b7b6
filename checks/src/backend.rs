//! How a scenario is executed.

pub mod model;
pub mod processes;
