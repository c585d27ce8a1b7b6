//! `forkstep tickets`.

use clap::ValueEnum;

use super::{HOLDS, VIOLATED, say, whole_number};
use crate::tickets::{Guard, Report, Sale, Store, compare_stores, sell};

/// What `forkstep tickets` takes.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// How many tickets there are, up to 1000000.
    #[arg(long, default_value_t = 3, allow_negative_numbers = true,
        value_parser = |text: &str| whole_number(text, 0, 1_000_000))]
    tickets: u32,
    /// How many buyers, 1 to 1000; each wants one ticket.
    #[arg(long, default_value_t = 10, allow_negative_numbers = true,
        value_parser = |text: &str| whole_number(text, 1, 1000))]
    buyers: u32,
    /// What keeps two buyers from selling the same ticket.
    #[arg(long, value_enum, default_value_t = GuardChoice::All)]
    guard: GuardChoice,
    /// Where the stock is kept.
    #[arg(long, value_enum, default_value_t = StoreChoice::Memory)]
    store: StoreChoice,
    /// How many buyers to kill, each at a random moment.
    #[arg(long, default_value_t = 0, allow_negative_numbers = true,
        value_parser = |text: &str| whole_number(text, 0, 1000))]
    kill: u32,
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum GuardChoice {
    None,
    Lock,
    Join,
    All,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum StoreChoice {
    File,
    Memory,
    All,
}

impl Args {
    /// Says what is wrong with arguments that are each well-formed.
    pub(super) fn validate(&self) -> Result<(), String> {
        let Self { kill, buyers, .. } = self;
        if kill <= buyers {
            return Ok(());
        }
        Err(format!("--kill {kill}: there are {buyers} buyers; accepted are 0 to {buyers}"))
    }
}

/// Holds the sales asked for; exit code 1 if a guarded one was not exact.
pub(super) fn run(args: &Args) -> u8 {
    if !args.json {
        say(Report::HEAD);
    }
    let mut exact = true;
    for &guard in guards(args.guard) {
        for &store in stores(args.store) {
            let Args { tickets, buyers, kill, .. } = *args;
            match sell(Sale { tickets, buyers, guard, store, kill }) {
                Ok(report) => {
                    exact &= guard == Guard::None || report.is_exact();
                    print(&report, args.json);
                }
                Err(error) => {
                    eprintln!("error: {error}");
                    return VIOLATED;
                }
            }
        }
    }
    if !args.json && matches!(args.store, StoreChoice::All) {
        print_store_ratio();
    }
    if exact { HOLDS } else { VIOLATED }
}

fn print(report: &Report, json: bool) {
    if json {
        say(&serde_json::to_string(report).expect("a report has no keys but names"));
    } else {
        say(&report.to_string());
    }
}

/// Lesson L22: sharing through the file system is slow.
fn print_store_ratio() {
    match compare_stores(501) {
        Ok((file, memory)) => {
            let ratio = file.as_nanos() / memory.as_nanos().max(1);
            say(&format!(
                "one read and one write: file {file:?}, memory {memory:?}: {ratio} times"
            ));
        }
        Err(error) => eprintln!("error: {error}"),
    }
}

fn guards(choice: GuardChoice) -> &'static [Guard] {
    match choice {
        GuardChoice::None => &[Guard::None],
        GuardChoice::Lock => &[Guard::Lock],
        GuardChoice::Join => &[Guard::Join],
        GuardChoice::All => &[Guard::None, Guard::Lock, Guard::Join],
    }
}

fn stores(choice: StoreChoice) -> &'static [Store] {
    match choice {
        StoreChoice::File => &[Store::File],
        StoreChoice::Memory => &[Store::Memory],
        StoreChoice::All => &[Store::File, Store::Memory],
    }
}
