//! `cargo ci <step>`: one command per CI job, the same on a laptop.
//!
//! Each step prints the exact commands that it runs, so that any of them can be typed by hand, and
//! stops at the first that fails. The house rules that no compiler knows are the step `tidy`.

mod command;
mod step;
mod tidy;

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Exit code for a call that cannot be understood; a failed step has the code of its command.
const USAGE_ERROR: u8 = 2;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] | ["-h" | "--help"] => {
            print!("{}", step::listing());
            ExitCode::SUCCESS
        }
        [name] if step::find(name).is_some() => run(name),
        _ => {
            eprintln!("{}", rejection(&words));
            ExitCode::from(USAGE_ERROR)
        }
    }
}

fn run(name: &str) -> ExitCode {
    let Some(root) = env::current_dir().ok().and_then(|here| workspace_root(&here)) else {
        eprintln!("ci: no Cargo.toml with a [workspace] here or above");
        return ExitCode::from(USAGE_ERROR);
    };
    match step::run(name, &root) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("ci: {failure}");
            ExitCode::from(failure.code)
        }
    }
}

/// Says in one line what is wrong with the arguments and what would be accepted.
fn rejection(words: &[&str]) -> String {
    let accepted = step::names().join(", ");
    match words {
        [name] => format!("ci: unknown step `{name}`; accepted: {accepted}, --help"),
        _ => format!("ci: one step at a time, not `{}`; accepted: {accepted}", words.join(" ")),
    }
}

/// Finds the folder with the workspace's manifest, from `start` upwards.
fn workspace_root(start: &Path) -> Option<PathBuf> {
    let holds_workspace = |folder: &Path| {
        std::fs::read_to_string(folder.join("Cargo.toml"))
            .is_ok_and(|manifest| manifest.lines().any(|line| line.trim() == "[workspace]"))
    };
    start.ancestors().find(|folder| holds_workspace(folder)).map(Path::to_path_buf)
}

#[cfg(test)]
mod tests {
    use super::{rejection, workspace_root};
    use std::path::Path;

    #[test]
    fn unknown_step_is_answered_with_every_accepted_name() {
        let line = rejection(&["clipy"]);
        assert!(line.starts_with("ci: unknown step `clipy`; accepted: fmt, "), "{line}");
        assert!(line.contains("clippy") && line.contains("all") && !line.contains('\n'), "{line}");
    }

    #[test]
    fn two_steps_are_refused() {
        assert!(rejection(&["fmt", "docs"]).contains("one step at a time, not `fmt docs`"));
    }

    #[test]
    fn root_is_found_from_a_folder_below_it() {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(workspace_root(&package.join("src")).as_deref(), package.parent());
    }
}
