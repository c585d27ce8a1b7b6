//! The subject `value`: models, and plans for real processes.

pub mod checks;
pub mod counter;
pub mod passing;
pub mod plans;
pub mod register;
pub mod sample;
