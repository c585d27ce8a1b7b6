//! The subject `lock`: its models, and its plans for real processes.

pub mod checks;
pub mod guarded;
pub mod models;
pub mod plans;
