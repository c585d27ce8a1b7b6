//! The subject `value`: models.

pub mod checks;
pub mod counter;
pub mod passing;
pub mod register;
pub mod sample;
