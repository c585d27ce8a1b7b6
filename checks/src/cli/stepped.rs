//! `forkstep scenarios`, `explore`, `kill` and `replay`: real processes, one access at a time.

#[cfg(target_arch = "x86_64")]
mod explore;
#[cfg(target_arch = "x86_64")]
mod found;
#[cfg(target_arch = "x86_64")]
mod kill;
#[cfg(target_arch = "x86_64")]
mod progress;
#[cfg(target_arch = "x86_64")]
mod replay;
#[cfg(target_arch = "x86_64")]
mod scenarios;

use std::path::PathBuf;

use clap::ValueEnum;

/// What `forkstep scenarios` takes.
#[derive(clap::Args, Debug)]
pub(super) struct ScenariosArgs {
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
}

/// What `forkstep explore` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
        The participants are forked processes; each access to shared memory, each system call\n\
        and, if somebody may die, each change of a robust list is a step. A preemption is a\n\
        step of another participant while the last one could go on. States that were reached\n\
        before are not gone through again; what follows from them is known.\n\
        \n\
        Exit codes: 0 holds within the bound, 1 a counterexample, which is written to\n\
        target/forkstep/NAME.schedule and as a page beside it, 2 misuse, 3 UNFINISHED.\n\
        \nExamples:\n  \
        forkstep explore tickets-naive           the sale without a lock, and how it oversells\n  \
        forkstep explore lock --crashes 1        any participant may die, at any moment\n  \
        forkstep explore queue --bound none      any number of preemptions\n  \
        forkstep explore dict --strategy pct --seed 7 --budget 60")]
pub(super) struct ExploreArgs {
    /// What to explore: names that `forkstep scenarios` lists.
    #[arg(value_name = "SCENARIO", required = true)]
    names: Vec<String>,
    /// How many preemptions a schedule may have: a number, or none for no bound.
    #[arg(long, value_name = "N", default_value = "2")]
    bound: String,
    /// How many participants may die.
    #[arg(long, value_name = "N", default_value_t = 0,
          value_parser = |text: &str| super::whole_number(text, 0, 2))]
    crashes: u32,
    /// Who steps next.
    #[arg(long, value_enum, default_value_t = How::Bounded)]
    strategy: How,
    /// From which seed schedules are drawn; the same seed draws the same.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How many schedules are drawn; as many as the budget allows, or 10000 without one.
    #[arg(long, value_name = "N")]
    schedules: Option<u64>,
    /// How many orders of steps a bug may need, for pct.
    #[arg(long, value_name = "N", default_value_t = 3,
          value_parser = |text: &str| super::whole_number(text, 1, 100))]
    depth: u32,
    /// Give up after so many seconds: then the verdict is UNFINISHED.
    #[arg(long, value_name = "SECONDS",
          value_parser = |text: &str| super::whole_number(text, 1, 1_000_000))]
    budget: Option<u32>,
    /// Go through every schedule, also through states that are known.
    #[arg(long)]
    no_reduction: bool,
    /// Show every event of a counterexample in a row of its own.
    #[arg(long)]
    all: bool,
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
}

/// Who steps next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum How {
    /// All schedules without preemption, then with one, up to the bound.
    Bounded,
    /// Every choice as likely as any other.
    Random,
    /// Probabilistic concurrency testing: priorities that change a few times.
    Pct,
}

/// What `forkstep kill` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
        Participants run without preemption. Each is killed once in every class of\n\
        deaths that the survivors or the kernel can tell apart, and so is who repairs.\n\
        \n\
        Exit codes: 0 the survivors always went on, 1 a counterexample, 2 misuse,\n\
        3 UNFINISHED.\n\
        \nExamples:\n  \
        forkstep kill lock           what each operation has to survive\n  \
        forkstep kill queue --json   one JSON object a line")]
pub(super) struct KillArgs {
    /// What to run: names that `forkstep scenarios` lists.
    #[arg(value_name = "SCENARIO", required = true)]
    names: Vec<String>,
    /// Give up after so many seconds: then the verdict is UNFINISHED.
    #[arg(long, value_name = "SECONDS",
          value_parser = |text: &str| super::whole_number(text, 1, 1_000_000))]
    budget: Option<u32>,
    /// Show every event of a counterexample in a row of its own.
    #[arg(long)]
    all: bool,
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
}

/// What `forkstep replay` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
        The file names no line and no address, but functions, words and how often they\n\
        are reached: it still fits after changes elsewhere. Where it does not, the step\n\
        is named.\n\
        \n\
        Exit codes: 0 the execution is right now, 1 it is wrong, 2 misuse, 3 the schedule\n\
        no longer fits.\n\
        \nExample:\n  \
        forkstep replay target/forkstep/tickets-naive.schedule")]
pub(super) struct ReplayArgs {
    /// A file that `explore` or `kill` has written.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Show every event in a row of its own.
    #[arg(long)]
    all: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

impl ExploreArgs {
    /// Says what is wrong with arguments that are each well-formed.
    pub(super) fn validate(&self) -> Result<(), String> {
        self.preemptions().map(drop)?;
        known(&self.names)
    }

    fn preemptions(&self) -> Result<Option<usize>, String> {
        match self.bound.as_str() {
            "none" => Ok(None),
            number => super::whole_number(number, 0, 1_000)
                .map(|bound| Some(bound as usize))
                .map_err(|accepted| format!("--bound {number}: {accepted}, or none")),
        }
    }
}

impl KillArgs {
    /// Says what is wrong with arguments that are each well-formed.
    pub(super) fn validate(&self) -> Result<(), String> {
        known(&self.names)
    }
}

/// Whether there are scenarios of these names.
#[cfg(target_arch = "x86_64")]
fn known(names: &[String]) -> Result<(), String> {
    names.iter().try_for_each(|name| scenarios::find(name).map(drop))
}

/// What is said where processes cannot be stepped.
#[cfg(not(target_arch = "x86_64"))]
const ELSEWHERE: &str = "processes are stepped on x86-64 Linux alone; everything else works here";

#[cfg(not(target_arch = "x86_64"))]
fn known(_names: &[String]) -> Result<(), String> {
    Err(ELSEWHERE.to_owned())
}

/// One of the commands, understood.
#[derive(Debug)]
pub(super) enum Stepped<'a> {
    /// `forkstep scenarios`.
    Scenarios(&'a ScenariosArgs),
    /// `forkstep explore`.
    Explore(&'a ExploreArgs),
    /// `forkstep kill`.
    Kill(&'a KillArgs),
    /// `forkstep replay`.
    Replay(&'a ReplayArgs),
}

/// Runs a command; returns the exit code.
#[cfg(target_arch = "x86_64")]
pub(super) fn run(command: &Stepped<'_>) -> u8 {
    let code = match command {
        Stepped::Scenarios(args) => Ok(scenarios::run(args)),
        Stepped::Explore(args) => explore::run(args),
        Stepped::Kill(args) => kill::run(args),
        Stepped::Replay(args) => replay::run(args),
    };
    code.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        super::MISUSE
    })
}

/// Says that it cannot be run here; returns the exit code.
#[cfg(not(target_arch = "x86_64"))]
pub(super) fn run(_command: &Stepped<'_>) -> u8 {
    eprintln!("error: {ELSEWHERE}");
    super::MISUSE
}
