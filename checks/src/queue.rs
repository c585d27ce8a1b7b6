//! The subject `queue`: its models.

pub mod checks;
pub mod models;
