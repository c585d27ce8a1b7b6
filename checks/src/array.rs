//! The subject `array`: models.

pub mod checks;
pub mod models;
