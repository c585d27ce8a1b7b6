//! `forkstep scenarios`.

use serde_json::json;

use super::super::{HOLDS, say};
use super::ScenariosArgs;
use crate::stepped::scenarios::scenarios;
use crate::stepped::{Expect, Scenario};

/// Lists all scenarios.
pub(super) fn run(args: &ScenariosArgs) -> u8 {
    let all = scenarios();
    let width = all.iter().map(|scenario| scenario.name().len()).max().unwrap_or(0);
    if !args.json {
        say(&format!("{:width$}  participants  operations  expect  what it shows", "name"));
    }
    for scenario in &all {
        say(&if args.json { object(scenario) } else { row(scenario, width) });
    }
    HOLDS
}

fn row(scenario: &Scenario, width: usize) -> String {
    let (participants, operations) = (scenario.roles().len(), scenario.operations());
    let expect = match scenario.expect() {
        Expect::Holds => "holds",
        Expect::Fails => "fails",
    };
    let (name, shows) = (scenario.name(), scenario.shows());
    format!("{name:width$}  {participants:>12}  {operations:>10}  {expect}   {shows}")
}

fn object(scenario: &Scenario) -> String {
    json!({
        "name": scenario.name(),
        "participants": scenario.roles().len(),
        "operations": scenario.operations(),
        "expect": scenario.expect(),
        "shows": scenario.shows(),
    })
    .to_string()
}

/// The scenario of that name.
///
/// # Errors
///
/// There is none; in one line, with those that are like it.
pub(super) fn find(name: &str) -> Result<Scenario, String> {
    let mut all = scenarios();
    if let Some(index) = all.iter().position(|scenario| scenario.name() == name) {
        return Ok(all.swap_remove(index));
    }
    let first = name.split('-').next().unwrap_or(name);
    let alike: Vec<_> = all.iter().map(Scenario::name).filter(|n| n.contains(first)).collect();
    let accepted = match alike.as_slice() {
        [] => "`forkstep scenarios` lists those that there are".to_owned(),
        alike => {
            format!("there are {}, and what else `forkstep scenarios` lists", alike.join(", "))
        }
    };
    Err(format!("unknown scenario '{name}'; {accepted}"))
}
