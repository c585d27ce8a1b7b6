//! Processes that are stopped and resumed by another one: ptrace(2), for x86-64 Linux.
//!
//! A tracee is [`Running`], [`Stopped`] or has ended, and each state is a type: only who holds a
//! `Stopped` can look at registers and memory, and resuming gives it up. A tracee can vanish at any
//! moment, also between a stop and the next request, because SIGKILL does not ask; so every request
//! can find that it is [`Gone`], which is an end like any other and no error of the tracer.
//!
//! Nothing here knows what the tracees run.

mod registers;
mod tracee;
mod watch;

pub use registers::{Registers, unknown};
pub use tracee::{End, Gone, Running, State, Stop, Stopped, let_be_traced};
