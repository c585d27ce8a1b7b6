//! The command line.

mod check;
mod inspect;
mod ls;
mod rm;
mod stepped;
mod tickets;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use crate::report::Verdict;
use clap::{Parser, Subcommand};
pub use ls::table;
use stepped::Stepped;

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
        forkstep check lock --json       one JSON object a line for each check of the lock\n  \
        forkstep tickets --guard all     the sale without a guard, with a lock, with join\n  \
        forkstep tickets --kill 5        five of the buyers are killed on the way\n  \
        forkstep explore tickets-naive   real processes, one access at a time\n  \
        forkstep kill lock               a process is killed at every instruction\n  \
        forkstep ls                      what lies in shared memory under a name\n  \
        forkstep inspect kitchen         who holds what there"
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
    /// Lists the scenarios that can be explored with real processes.
    Scenarios(stepped::ScenariosArgs),
    /// Explores the schedules of a scenario with real processes, one access at a time.
    Explore(stepped::ExploreArgs),
    /// Kills the processes of a scenario at every instruction.
    Kill(stepped::KillArgs),
    /// Repeats a schedule that was written to a file.
    Replay(stepped::ReplayArgs),
    /// Lists what lies in shared memory under a name.
    Ls(ls::Args),
    /// Looks at what a name leads to, without disturbing those who use it.
    Inspect(inspect::Args),
    /// Takes a name away that somebody has left behind.
    Rm(rm::Args),
}

/// What is said instead of running anything: help or misuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The text to print: help on standard output, one line of misuse on standard error.
    pub text: String,
    /// The exit code.
    pub code: u8,
}

impl Stop {
    fn misuse(text: String) -> Self {
        Self { text: format!("error: {text}"), code: MISUSE }
    }
}

/// What a command line asks for.
#[derive(Debug)]
pub struct Request(Command);

/// Understands a command line.
///
/// # Errors
///
/// [`Stop`] if it asks for help or cannot be understood; in one line, what is wrong and what is
/// accepted.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Request, Stop> {
    let cli = Cli::try_parse_from(args).map_err(|error| {
        let text = error.render().to_string();
        if error.use_stderr() {
            Stop { text: one_line(&text), code: MISUSE }
        } else {
            Stop { text, code: HOLDS }
        }
    })?;
    let command = cli.command.unwrap_or_else(|| Command::Check(check::Args::default()));
    match &command {
        Command::Check(args) => args.validate(),
        Command::Tickets(args) => args.validate(),
        Command::Explore(args) => args.validate(),
        Command::Kill(args) => args.validate(),
        Command::Scenarios(_) | Command::Replay(_) => Ok(()),
        // What is a name, the library says.
        Command::Ls(_) | Command::Inspect(_) | Command::Rm(_) => Ok(()),
    }
    .map_err(Stop::misuse)?;
    Ok(Request(command))
}

/// Runs the command line and returns its exit code.
///
/// Must be called from a process of one thread: some checks fork.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    ExitCode::from(match parse(args) {
        Ok(Request(Command::Check(args))) => check::run(&args),
        Ok(Request(Command::Tickets(args))) => tickets::run(&args),
        Ok(Request(Command::Scenarios(args))) => stepped::run(&Stepped::Scenarios(&args)),
        Ok(Request(Command::Explore(args))) => stepped::run(&Stepped::Explore(&args)),
        Ok(Request(Command::Kill(args))) => stepped::run(&Stepped::Kill(&args)),
        Ok(Request(Command::Replay(args))) => stepped::run(&Stepped::Replay(&args)),
        Ok(Request(Command::Ls(args))) => ls::run(&args),
        Ok(Request(Command::Inspect(args))) => inspect::run(&args),
        Ok(Request(Command::Rm(args))) => rm::run(&args),
        Err(Stop { text, code: HOLDS }) => {
            say(text.trim_end());
            HOLDS
        }
        Err(Stop { text, code }) => {
            eprintln!("{text}");
            code
        }
    })
}

/// The exit code that these verdicts come to.
fn exit_code(verdicts: &[Verdict]) -> u8 {
    if verdicts.contains(&Verdict::Violated) {
        VIOLATED
    } else if verdicts.contains(&Verdict::Unfinished) {
        UNFINISHED
    } else {
        HOLDS
    }
}

/// Prints a line. Who closes the pipe (`forkstep | head`) has seen enough, which is no error.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// What is wrong and what is accepted, without the usage that `--help` shows.
fn one_line(text: &str) -> String {
    let lines = text.lines().map(str::trim);
    let told =
        lines.take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"));
    let told: Vec<_> = told.filter(|line| !line.is_empty()).collect();
    told.join(" ").replace(" found tip:", " found; tip:")
}

/// Reads a whole number, and says which are accepted if it is not one of them.
fn whole_number(text: &str, least: u32, most: u32) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("accepted are whole numbers from {least} to {most}"))
}
