//! `forkstep rm`.

use forkstep::NameError;
use forkstep::named::{list, unlink};

use super::{HOLDS, MISUSE, say};

/// What `forkstep rm` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
        Programs that have it open go on with it, but nobody finds it any more, and the\n\
        next program that creates the name makes a new one: the two do not meet. So the\n\
        name of an owner that lives is taken away by --force only. The memory is free\n\
        when the last program ends that has it open.\n\
        \nExamples:\n  \
        forkstep rm kitchen             what an owner that was killed has left\n  \
        forkstep rm --force kitchen     whoever owns it")]
pub(super) struct Args {
    /// The name, as `forkstep ls` shows it.
    name: String,
    /// Also if a process lives that owns the name.
    #[arg(long)]
    force: bool,
}

/// Takes a name away; exit code 2 if nothing has it, or its owner lives.
pub(super) fn run(args: &Args) -> u8 {
    match remove(args) {
        Ok(()) => {
            say(&format!("removed {}", args.name));
            HOLDS
        }
        Err(text) => {
            eprintln!("error: {text}");
            MISUSE
        }
    }
}

fn remove(args: &Args) -> Result<(), String> {
    let told = |error: NameError| error.to_string();
    if !args.force && is_owned(&args.name).map_err(told)? {
        let name = &args.name;
        return Err(format!(
            "the owner of '{name}' lives; --force takes the name away all the same"
        ));
    }
    unlink(&args.name).map_err(told)
}

/// What cannot be said to have an owner has none: a file that is no region can be removed.
fn is_owned(name: &str) -> Result<bool, NameError> {
    let listed = list()?.into_iter().find(|listed| listed.name == name);
    Ok(listed.and_then(|listed| listed.region.ok()).is_some_and(|region| region.owned))
}
