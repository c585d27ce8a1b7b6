//! `forkstep ls`.

use std::fmt::Write;

use forkstep::named::{Listed, list};
use serde_json::json;

use super::{HOLDS, VIOLATED, say};

/// What `forkstep ls` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
        A name that is gone from this list is only a name less: programs that have open\n\
        what it led to go on with it. An owner that is not alive was killed before it\n\
        could take its name away; the next program that adopts the name does that, or\n\
        `forkstep rm`.\n\
        \nExamples:\n  \
        forkstep ls            name, kind, bytes of memory, whether the owner of the name lives\n  \
        forkstep ls --json     one JSON object a line, for `jq` and the like")]
pub(super) struct Args {
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
}

/// Lists all names; exit code 1 if they cannot be read.
pub(super) fn run(args: &Args) -> u8 {
    match list() {
        Ok(all) => {
            let text = if args.json { objects(&all) } else { table(&all) };
            say(text.trim_end());
            HOLDS
        }
        Err(error) => {
            eprintln!("error: {error}");
            VIOLATED
        }
    }
}

/// What `forkstep ls` prints.
#[must_use]
pub fn table(all: &[Listed]) -> String {
    let width = all.iter().map(|listed| listed.name.len()).max().unwrap_or(0).max("name".len());
    let mut text = format!("{:width$}  {:14}  {:>12}  owner", "name", "kind", "bytes");
    for Listed { name, region, .. } in all {
        let end = match region {
            Ok(region) => {
                let owner = if region.owned { "alive" } else { "none alive" };
                format!("{:14}  {:>12}  {owner}", region.kind, region.bytes)
            }
            Err(error) => error.to_string(),
        };
        let _ = write!(text, "\n{name:width$}  {end}");
    }
    text
}

fn objects(all: &[Listed]) -> String {
    let object = |Listed { name, region, .. }: &Listed| match region {
        Ok(region) => json!({
            "name": name,
            "kind": region.kind,
            "bytes": region.bytes,
            "owned": region.owned,
        }),
        Err(error) => json!({ "name": name, "error": error.to_string() }),
    };
    let lines: Vec<_> = all.iter().map(|listed| object(listed).to_string()).collect();
    lines.join("\n")
}
