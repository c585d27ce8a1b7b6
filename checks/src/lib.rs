//! The harness of forkstep: scenarios, backends, verdicts and counterexamples, and what the command
//! `forkstep` runs.

pub mod array;
pub mod backend;
pub mod check;
pub mod cli;
pub mod corruption;
pub mod crash;
pub mod dict;
mod draw;
pub mod joinable_queue;
pub mod ledger;
pub mod linearizability;
pub mod list;
pub mod litmus;
pub mod lock;
mod named;
mod order;
pub mod pipe;
mod plans;
pub mod process;
#[cfg(target_arch = "x86_64")]
pub mod ptrace;
pub mod queue;
pub mod report;
pub mod scenario;
pub mod simple_queue;
#[cfg(target_arch = "x86_64")]
pub mod stepped;
pub mod tickets;
pub mod timeline;
pub mod value;
pub mod watchdog;
