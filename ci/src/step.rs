//! The steps: what each is called, what it runs, and the order in which `all` takes them.

use std::fmt;
use std::path::Path;

use crate::command::CargoCommand;
use crate::tidy;

/// Why a step failed, and the exit code that says so to the caller.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) what: String,
    pub(crate) code: u8,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

/// One CI job.
pub(crate) struct Step {
    name: &'static str,
    summary: &'static str,
    action: Action,
}

enum Action {
    /// Runs the commands one after the other.
    Run(&'static [CargoCommand]),
    /// Runs the second command if the first, a probe for a tool, succeeds; else names the tool.
    RunIfInstalled(CargoCommand, CargoCommand, &'static str),
    /// Reads the tree and judges it by the house rules.
    Tidy,
}

const fn cargo(arguments: &'static [&'static str]) -> CargoCommand {
    CargoCommand { variables: &[], arguments }
}

/// Every step but `all`, quick ones first: the order in which `all` takes them.
const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        summary: "the code is formatted",
        action: Action::Run(&[cargo(&["fmt", "--all", "--check"])]),
    },
    Step { name: "tidy", summary: "the house rules are kept", action: Action::Tidy },
    Step {
        name: "deny",
        summary: "licences, sources and advisories of dependencies (skipped without cargo-deny)",
        action: Action::RunIfInstalled(
            cargo(&["deny", "--version"]),
            cargo(&["deny", "check"]),
            "cargo-deny",
        ),
    },
    Step {
        name: "clippy",
        summary: "no lint speaks up, in any target",
        action: Action::Run(&[cargo(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ])]),
    },
    Step {
        name: "docs",
        summary: "the documentation builds without a warning",
        action: Action::Run(&[CargoCommand {
            variables: &[("RUSTDOCFLAGS", "-D warnings")],
            arguments: &["doc", "--workspace", "--no-deps"],
        }]),
    },
    Step {
        name: "benches",
        summary: "the benches compile",
        action: Action::Run(&[cargo(&["check", "-p", "forkstep-benches", "--benches"])]),
    },
    Step {
        name: "test",
        summary: "the house rules' own tests, then every test of the default members",
        action: Action::Run(&[cargo(&["test", "-p", "ci"]), cargo(&["test"])]),
    },
    Step {
        name: "check",
        summary: "the primitives under every engine, optimised",
        action: Action::Run(&[cargo(&["run", "--release", "--", "check"])]),
    },
];

const ALL: &str = "all";

impl Step {
    fn run(&self, root: &Path) -> Result<(), Failure> {
        match &self.action {
            Action::Run(commands) => commands.iter().try_for_each(|command| command.run(root)),
            Action::RunIfInstalled(probe, command, _) if probe.succeeds(root) => command.run(root),
            Action::RunIfInstalled(_, _, tool) => {
                println!("SKIPPED: {tool} is not installed");
                Ok(())
            }
            Action::Tidy => tidy::run(root),
        }
    }
}

/// Returns the names that are accepted, in the order of `all`.
pub(crate) fn names() -> Vec<&'static str> {
    STEPS.iter().map(|step| step.name).chain([ALL]).collect()
}

/// Returns the steps that `name` stands for.
pub(crate) fn find(name: &str) -> Option<&'static [Step]> {
    if name == ALL {
        return Some(STEPS);
    }
    STEPS.iter().find(|step| step.name == name).map(std::slice::from_ref)
}

/// Runs what `name` stands for, up to the first failure.
pub(crate) fn run(name: &str, root: &Path) -> Result<(), Failure> {
    find(name).unwrap_or_default().iter().try_for_each(|step| step.run(root))
}

/// Lists the steps, one line each.
pub(crate) fn listing() -> String {
    let mut text = String::from("Usage: cargo ci <step>\n\n");
    for step in STEPS {
        text += &format!("  {:8} {}\n", step.name, step.summary);
    }
    text + &format!("  {ALL:8} each of them in this order, up to the first failure\n")
}

#[cfg(test)]
mod tests {
    use super::{Action, STEPS, find, listing, names};

    #[test]
    fn every_name_is_listed_and_found() {
        for name in names() {
            assert!(find(name).is_some(), "{name}");
            assert!(listing().contains(&format!("  {name:8} ")), "{name}");
        }
        assert!(find("clipy").is_none());
    }

    #[test]
    fn all_stands_for_every_step() {
        assert_eq!(find("all").map(<[_]>::len), Some(STEPS.len()));
        assert_eq!(find("fmt").map(<[_]>::len), Some(1));
    }

    #[test]
    fn workflow_runs_every_step() {
        let workflow = include_str!("../../.github/workflows/ci.yml");
        let is_word = |name: &str| {
            workflow.split(|c: char| !c.is_ascii_alphabetic()).any(|word| word == name)
        };
        for step in STEPS {
            assert!(is_word(step.name), "no job runs `cargo ci {}`", step.name);
        }
    }

    #[test]
    fn docs_turn_warnings_into_errors() {
        let docs = STEPS.iter().find(|step| step.name == "docs").expect("docs is a step");
        let Action::Run([command]) = &docs.action else { panic!("docs is one command") };
        assert_eq!(
            command.to_string(),
            "RUSTDOCFLAGS=\"-D warnings\" cargo doc --workspace --no-deps"
        );
    }
}
