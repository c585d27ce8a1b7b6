//! What the body of a process returns, as an exit code.

use std::convert::Infallible;
use std::fmt::Debug;

/// The exit code of a process whose body panicked, as for a panic in `main`.
pub(super) const PANICKED: u8 = 101;

/// Turns what the body of a process returns into its exit code.
///
/// The sister of [`std::process::Termination`], whose code nobody but the standard library can
/// read.
pub trait IntoExitCode {
    /// Returns the exit code; called in the child.
    fn into_exit_code(self) -> u8;
}

impl IntoExitCode for () {
    fn into_exit_code(self) -> u8 {
        0
    }
}

impl IntoExitCode for u8 {
    fn into_exit_code(self) -> u8 {
        self
    }
}

/// Keeps the low eight bits, as exit(3) does: -1 is 255.
impl IntoExitCode for i32 {
    fn into_exit_code(self) -> u8 {
        self.to_le_bytes()[0]
    }
}

impl IntoExitCode for Infallible {
    fn into_exit_code(self) -> u8 {
        match self {}
    }
}

/// An error is printed to stderr and becomes exit code 1.
impl<T: IntoExitCode, E: Debug> IntoExitCode for Result<T, E> {
    fn into_exit_code(self) -> u8 {
        match self {
            Ok(value) => value.into_exit_code(),
            Err(error) => {
                eprintln!("Error: {error:?}");
                1
            }
        }
    }
}

/// Names the type of an expression that never ends, which stable Rust cannot spell.
trait Returns {
    type Output;
}

impl<T> Returns for fn() -> T {
    type Output = T;
}

/// A body that loops for ever has no code to give.
#[allow(private_interfaces, reason = "the trait is only a way to spell the type")]
impl IntoExitCode for <fn() -> ! as Returns>::Output {
    fn into_exit_code(self) -> u8 {
        self
    }
}
