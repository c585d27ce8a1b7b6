//! `forkstep inspect`.

use forkstep::inspect::inspect;

use super::{HOLDS, MISUSE, say};

/// What `forkstep inspect` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
        Nothing is stopped or changed: the memory is mapped for reading alone. Others go\n\
        on meanwhile, so numbers that are seen one after the other may not fit together.\n\
        \n\
        Of a lock: who holds it, whether that process lives, whether others wait.\n\
        Of a queue: how full it is, in items and bytes, and both of its locks.\n\
        Of a joinable queue: who works on which task, how often it was delivered, and\n\
        how many dead letters there are.\n\
        Of a dict or a list: how full each shard is, and its lock.\n\
        \nExamples:\n  \
        forkstep inspect kitchen            for people\n  \
        forkstep inspect kitchen --json     one JSON object")]
pub(super) struct Args {
    /// The name, as `forkstep ls` shows it.
    name: String,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Shows what a name leads to; exit code 2 if nothing has it, or nothing that can be looked at.
pub(super) fn run(args: &Args) -> u8 {
    match inspect(&args.name) {
        Ok(seen) if args.json => {
            say(&serde_json::to_string(&seen).expect("it has no keys but names"));
            HOLDS
        }
        Ok(seen) => {
            say(&seen.to_string());
            HOLDS
        }
        Err(error) => {
            eprintln!("error: {error}");
            MISUSE
        }
    }
}
