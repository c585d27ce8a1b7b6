//! The command line.

mod check;
mod tickets;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Everything asked for holds.
const HOLDS: u8 = 0;
/// Something is violated.
const VIOLATED: u8 = 1;
/// The command was not understood.
const MISUSE: u8 = 2;
/// A search was given up before its end.
const UNFINISHED: u8 = 3;

/// Checks that forkstep's primitives keep working when any participant is SIGKILLed.
#[derive(Debug, Parser)]
#[command(
    name = "forkstep",
    version,
    after_help = "Without a command, `forkstep check` is run.\n\n\
        Exit codes: 0 everything holds, 1 something is violated, 2 misuse, 3 UNFINISHED.\n\n\
        Examples:\n  \
        forkstep check lock --json          one JSON object a line for each check of the lock\n  \
        forkstep tickets --guard all        the ticket sale without a guard, with a lock, with join\n  \
        forkstep tickets --guard lock --kill 5   five of the buyers are killed on the way"
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs every engine on every subject, or on those named, and prints a line for each check.
    Check(check::Args),
    /// Sells tickets to forked buyers and shows what each guard is worth.
    Tickets(tickets::Args),
}

/// Runs the command line and returns its exit code.
///
/// Must be called from a process of one thread: some checks fork.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => {
            eprintln!("{}", one_line(&error.render().to_string()));
            return ExitCode::from(MISUSE);
        }
        Err(help) => {
            print!("{help}");
            return ExitCode::from(HOLDS);
        }
    };
    let code = match cli.command {
        None => check::run(&check::Args::default()),
        Some(Command::Check(args)) => check::run(&args),
        Some(Command::Tickets(args)) => tickets::run(&args),
    };
    ExitCode::from(code)
}

/// What is wrong and what is accepted, without the usage that `--help` shows.
fn one_line(text: &str) -> String {
    let lines = text.lines().map(str::trim);
    let told = lines.take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"));
    let told: Vec<_> = told.filter(|line| !line.is_empty()).collect();
    told.join(" ")
}

/// Says what is wrong with arguments that are each fine by themselves.
fn misuse(text: &str) -> u8 {
    eprintln!("error: {text}");
    MISUSE
}
