//! `forkstep scenarios`, `explore`, `kill` and `replay`: what they print, and with what exit codes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use forkstep_checks::report::{Line, Verdict};
use forkstep_checks::stepped::scenarios::scenarios;
use forkstep_checks::watchdog::{trial, waiting_for};
use libtest_mimic::Trial;
use serde_json::Value;
use tempfile::TempDir;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("every_scenario_is_listed", every_scenario_is_listed),
        trial("misuse_of_stepping_is_one_line", misuse_is_one_line),
        trial("a_counterexample_is_written_and_replayed", counterexamples_are_replayed),
        trial("a_schedule_that_does_not_fit_is_said", what_does_not_fit_is_said),
        trial("a_schedule_that_is_right_now_is_said", what_is_right_now_is_said),
        trial("what_holds_has_the_fields_of_every_check", what_holds_has_fields),
        trial("a_budget_that_is_used_up_is_unfinished", a_budget_is_used_up),
        trial("deaths_are_counted_for_each_operation", deaths_are_counted),
    ]
}

/// A folder in which the command is run, and its files are written.
struct Place(TempDir);

/// What a command has said.
struct Said {
    code: i32,
    out: String,
    complaint: String,
}

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn run(&self, line: &str) -> Said {
        waiting_for(&format!("forkstep {line}"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_forkstep"));
        command.args(line.split_whitespace()).env("CARGO_TARGET_DIR", ".").current_dir(&self.0);
        let output = command.output().expect("it runs");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        let code = output.status.code().expect("it ends by itself");
        Said { code, out: text(output.stdout), complaint: text(output.stderr) }
    }

    /// Runs a command that has nothing to complain about; returns its lines as JSON.
    fn objects(&self, code: i32, line: &str) -> Vec<Value> {
        let said = self.run(line);
        assert_eq!((said.code, said.complaint.as_str()), (code, ""), "{line}");
        said.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    fn path(&self, name: &str) -> PathBuf {
        Path::new(self.0.path()).join(name)
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("written");
    }

    /// Runs a command that says one line, and that on standard error.
    fn complains(&self, code: i32, line: &str) -> String {
        let said = self.run(line);
        assert_eq!((said.code, said.out.as_str()), (code, ""), "{line}: {}", said.complaint);
        assert_eq!(said.complaint.lines().count(), 1, "{line}: {}", said.complaint);
        said.complaint.trim_end().to_owned()
    }
}

fn every_scenario_is_listed() {
    let place = Place::new();
    let (said, all) = (place.run("scenarios"), scenarios());
    assert_eq!((said.code, said.complaint.as_str()), (0, ""));
    let mut lines = said.out.lines();
    let column = lines.next().and_then(|head| head.find("what it shows")).expect("a head");
    let objects = place.objects(0, "scenarios --json");
    assert_eq!((lines.clone().count(), objects.len()), (all.len(), all.len()));
    for ((scenario, line), object) in all.iter().zip(lines).zip(objects) {
        assert_eq!(
            (&object["name"], &object["shows"]),
            (&scenario.name().into(), &scenario.shows().into())
        );
        assert!(line.starts_with(scenario.name()), "{line}");
        assert_eq!(&line[column..], scenario.shows());
    }
}

const UNKNOWN: &str = "forkstep schedule 1\nscenario: tocks\nverdict: late\nbound: 1\ncrashes: 0\n";

fn misuse_is_one_line() {
    let place = Place::new();
    place.put("no.schedule", "a list of things to buy\n");
    place.put("unknown.schedule", UNKNOWN);
    for (line, told) in [
        ("explore tocks", "error: unknown scenario 'tocks'; `forkstep scenarios` lists"),
        ("explore tickets", "error: unknown scenario 'tickets'; there are tickets-naive, "),
        ("kill tocks", "error: unknown scenario 'tocks'; `forkstep scenarios` lists"),
        ("explore value --bound few", "error: --bound few: accepted are whole numbers from 0 to"),
        ("explore value --crashes 3", "error: invalid value '3' for '--crashes <N>': accepted are"),
        ("replay none.schedule", "error: none.schedule: No such file"),
        ("replay no.schedule", "error: no.schedule: line 1: `a list of things to buy` stands"),
        ("replay unknown.schedule", "error: unknown.schedule: unknown scenario 'tocks'; "),
    ] {
        let complaint = place.complains(2, line);
        assert!(complaint.starts_with(told), "{line}: {complaint}");
    }
}

fn counterexamples_are_replayed() {
    let place = Place::new();
    let said = place.run("explore tickets-naive");
    assert_eq!((said.code, said.complaint.as_str()), (1, ""));
    assert!(said.out.starts_with("VIOLATED   tickets-naive "), "{}", said.out);
    assert!(said.out.contains("\nreplay: forkstep replay ./forkstep/tickets-naive.schedule\n"));
    let page = fs::read_to_string(place.path("forkstep/tickets-naive.html")).expect("a page");
    assert!(page.starts_with("<!DOCTYPE html>"), "{page}");
    let again = place.run("replay forkstep/tickets-naive.schedule");
    assert_eq!((again.code, again.complaint.as_str()), (1, ""));
    assert!(again.out.contains("wrong: afterwards: oversold: 2 buyers"), "{}", again.out);
    let again = &place.objects(1, "replay --json forkstep/tickets-naive.schedule")[0];
    assert_eq!((&again["verdict"], &again["same"]), (&"violated".into(), &true.into()));
    let line = &place.objects(1, "explore tickets-naive --json")[0];
    assert_eq!(line["schedule"], "./forkstep/tickets-naive.schedule");
}

/// A schedule of the naive sale.
fn sale(segments: &str) -> String {
    let head = "forkstep schedule 1\nscenario: tickets-naive\nverdict: oversold\nbound: 1\n";
    format!("{head}crashes: 0\n\n{segments}")
}

fn what_does_not_fit_is_said() {
    let place = Place::new();
    place.put("old.schedule", &sale("run P0 until hit 1 of wait `bell` in `Sale::ring`\n"));
    let complaint = place.complains(3, "replay old.schedule");
    assert!(complaint.starts_with("UNFINISHED: old.schedule does not fit any more: segment 1 "));
    assert!(complaint.contains("`bell`"), "{complaint}");
}

fn what_is_right_now_is_said() {
    let place = Place::new();
    let all = [0, 1, 2].map(|index| format!("run P{index} until it ends\n"));
    place.put("mended.schedule", &sale(&all.concat()));
    let said = place.run("replay mended.schedule");
    assert_eq!((said.code, said.complaint.as_str()), (0, ""));
    assert_eq!(said.out, "holds: this schedule is right now; it was wrong: oversold\n");
    assert_eq!(place.objects(0, "replay --json mended.schedule")[0]["verdict"], "holds");
}

fn keys(object: &Value) -> BTreeSet<&str> {
    object.as_object().expect("an object").keys().map(String::as_str).collect()
}

fn what_holds_has_fields() {
    let line = Line {
        subject: String::new(),
        property: String::new(),
        engine: "",
        bound: String::new(),
        executions: 0,
        crash_points: 0,
        finished: true,
        verdict: Verdict::Holds,
        not_covered: "",
        details: None,
        schedule: None,
        figures: Some(String::new()),
    };
    let line = serde_json::to_value(line).expect("it has no keys but names");
    let said = Place::new().objects(0, "explore value --bound 1 --json");
    assert_eq!((said.len(), keys(&said[0])), (1, keys(&line)));
    assert_eq!((&said[0]["verdict"], &said[0]["finished"]), (&"holds".into(), &true.into()));
}

/// Any number of preemptions and two deaths of what has most steps: that takes hours.
fn a_budget_is_used_up() {
    let line = "explore joinable-queue-give-back --bound none --crashes 2 --budget 1";
    let place = Place::new();
    let said = place.run(line);
    assert_eq!((said.code, said.complaint.as_str()), (3, ""));
    assert!(said.out.starts_with("UNFINISHED joinable-queue-give-back "), "{}", said.out);
    let said = &place.objects(3, &format!("{line} --json"))[0];
    assert_eq!((&said["verdict"], &said["finished"]), (&"UNFINISHED".into(), &false.into()));
}

fn deaths_are_counted() {
    let said = Place::new().objects(0, "kill value --json");
    let (line, operations) = said.split_first().expect("a line, and more of operations");
    assert_eq!((&line["subject"], &line["verdict"]), (&"value".into(), &"holds".into()));
    assert!(operations.len() >= 2, "two participants do something: {operations:?}");
    let kills: u64 = operations.iter().filter_map(|object| object["kills"].as_u64()).sum();
    assert_eq!(line["crash_points"], kills);
    for object in operations {
        assert_eq!(object["subject"], "value");
        assert!(object["instructions"].as_u64() >= object["classes"].as_u64(), "{object}");
    }
}
