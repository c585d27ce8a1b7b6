//! What an event's cell says.

use nix::sys::signal::Signal;

use super::super::trace::{Access, What};
use super::names::Names;
use super::value::{lock_word, meaning};
use crate::ptrace::End;
use crate::timeline::number;

/// The most that a system call can return below zero: an error number.
const MOST_ERRORS: i64 = 4095;
/// Above this, what a system call returns is an address, which is another one in each execution.
const MOST_RESULT: i64 = 0x1000_0000;

/// One event.
pub(super) fn of(what: &What, names: &Names<'_>) -> String {
    match what {
        What::Access { access, address, old, new } => {
            let word = names.word(*address);
            let (before, after) = (meaning(old, *address, names), meaning(new, *address, names));
            match access {
                Access::Read => format!("{word} reads {before}"),
                _ if old == new => format!("{word} stays {after}"),
                _ => format!("{word} {before} -> {after}"),
            }
        }
        What::Wait { address, sleeps: true, .. } => format!("sleeps on {}", names.word(*address)),
        What::Wait { address, .. } => format!("{} has changed: no sleep", names.word(*address)),
        What::Wake { address, woken } => {
            format!("{} on {}", wakes(woken, names), names.word(*address))
        }
        What::Call { number, result } => call(*number, *result),
        What::Sleep { until } => format!("sleeps until {}", time(*until)),
        What::Time { now, over } if over.is_empty() => format!("time passes: it is {}", time(*now)),
        What::Time { now, over } => {
            format!(
                "time passes: it is {}, {} no longer waits",
                time(*now),
                names.participants(over)
            )
        }
        What::RobustList => "changes its robust list".to_owned(),
        What::Crash => "CRASH".to_owned(),
        What::Robust { address, old, new, woken } => {
            let word = names.word(*address);
            let (old, new) = (lock_word(*old, names), lock_word(*new, names));
            let change = format!("the kernel: {word} {old} -> {new}");
            if woken.is_empty() { change } else { format!("{change}, {}", wakes(woken, names)) }
        }
        What::Invocation(operation) => format!("begins {}", bare(operation)),
        What::Response(answer) => format!("returns {answer}"),
        What::Note(text) => text.clone(),
        What::Failure(text) => format!("WRONG: {text}"),
        What::End(end) => ended(*end),
    }
}

/// An operation that was told as a plain string, without its quotes.
pub(super) fn bare(operation: &str) -> &str {
    let within = operation.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    within.filter(|text| !text.contains(['"', '\\'])).unwrap_or(operation)
}

fn wakes(woken: &[usize], names: &Names<'_>) -> String {
    if woken.is_empty() {
        "wakes nobody".to_owned()
    } else {
        format!("wakes {}", names.participants(woken))
    }
}

fn call(call: u64, result: i64) -> String {
    match result {
        ..0 if result >= -MOST_ERRORS => format!("system call {call} fails with {}", -result),
        0..MOST_RESULT => format!("system call {call} returns {}", number(result as u64)),
        _ => format!("system call {call}"),
    }
}

/// Nanoseconds, as short as they are exact.
fn time(ns: u64) -> String {
    let exact = |unit: u64| ns.is_multiple_of(unit);
    match ns {
        _ if exact(1_000_000_000) => format!("{} s", ns / 1_000_000_000),
        _ if exact(1_000_000) => format!("{} ms", ns / 1_000_000),
        _ if exact(1_000) => format!("{} us", ns / 1_000),
        _ => format!("{ns} ns"),
    }
}

fn ended(end: End) -> String {
    match end {
        End::Exited(0) => "ends".to_owned(),
        End::Exited(code) => format!("exits with {code}"),
        End::Killed(signal) => match Signal::try_from(signal) {
            Ok(signal) => format!("killed by {signal}"),
            Err(_) => format!("killed by signal {signal}"),
        },
    }
}
