//! How a scenario is executed.

pub(crate) mod crew;
pub mod model;
pub mod processes;
