//! What the command line says: help, misuse, tables.

use std::ffi::OsString;

use forkstep_checks::cli::parse;
use forkstep_checks::tickets::{Guard, Report, Store};

/// What is printed instead of running anything, with its exit code.
fn said(line: &str) -> String {
    let args = std::iter::once("forkstep").chain(line.split_whitespace()).map(OsString::from);
    match parse(args) {
        Ok(request) => format!("$ forkstep {line}\nruns {request:?}\n"),
        Err(stop) => format!("$ forkstep {line}\n{}\nexit code {}\n", stop.text, stop.code),
    }
}

#[test]
fn help_teaches() {
    let lines = [
        "--help",
        "check --help",
        "tickets --help",
        "scenarios --help",
        "explore --help",
        "kill --help",
        "replay --help",
        "ls --help",
        "inspect --help",
        "rm --help",
    ];
    insta::assert_snapshot!("help", lines.map(said).join("\n"));
}

#[test]
fn misuse_is_one_line_that_says_what_is_accepted() {
    let lines = [
        "frobnicate",
        "check locks",
        "check lock --level deep",
        "check --jsno",
        "tickets --guard mutex",
        "tickets --store disk",
        "tickets --buyers 0",
        "tickets --tickets many",
        "tickets --tickets -1",
        "tickets --kill 11",
        "ls kitchen",
        "inspect",
        "rm",
        "rm kitchen garden",
    ];
    for line in lines {
        assert_eq!(said(line).lines().count(), 3, "{}", said(line));
    }
    insta::assert_snapshot!("misuse", lines.map(said).join("\n"));
}

/// Elsewhere there are no scenarios, and it is said so.
#[cfg(target_arch = "x86_64")]
#[test]
fn misuse_of_stepping_is_one_line_that_says_what_is_accepted() {
    let lines = [
        "scenarios lock",
        "explore",
        "explore lokc",
        "explore queue-get",
        "explore lock --bound few",
        "explore lock --bound 1001",
        "explore lock --crashes 3",
        "explore lock --crashes one",
        "explore lock --strategy luck",
        "explore lock --strategy pct --depth 0",
        "explore lock --budget 0",
        "explore lock --seed x",
        "kill",
        "kill lokc",
        "kill lock --budget soon",
        "replay",
        "replay one.schedule other.schedule",
    ];
    for line in lines {
        assert_eq!(said(line).lines().count(), 3, "{}", said(line));
    }
    insta::assert_snapshot!("misuse_of_stepping", lines.map(said).join("\n"));
}

#[test]
fn without_a_command_everything_is_checked() {
    assert_eq!(said(""), said("check").replace("forkstep check", "forkstep "));
}

#[test]
fn the_ticket_table_lines_up() {
    let report = Report {
        guard: Guard::Lock,
        store: Store::Memory,
        tickets: 3,
        buyers: 10,
        killed: 2,
        sold: 3,
        left: 0,
        oversold: 0,
        search_overlap_max: 10,
        elapsed_ms: 49,
    };
    insta::assert_snapshot!("ticket_table", format!("{}\n{report}", Report::HEAD));
}
