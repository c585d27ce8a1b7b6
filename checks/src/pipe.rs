//! The subject `pipe`: its models.

pub mod checks;
pub mod duplex;
pub mod models;
