//! `forkstep replay`.

use std::fs;

use super::super::{HOLDS, UNFINISHED, VIOLATED, say};
use super::{ReplayArgs, scenarios};
use crate::stepped::{Schedule, Sites, replay};

/// Repeats a schedule; returns the exit code.
///
/// # Errors
///
/// The file is no schedule, or the kernel refuses what stepping needs.
pub(super) fn run(args: &ReplayArgs) -> Result<u8, String> {
    let path = args.file.display().to_string();
    let text = fs::read_to_string(&args.file).map_err(|error| format!("{path}: {error}"))?;
    let schedule: Schedule = text.parse().map_err(|error| format!("{path}: {error}"))?;
    let scenario = scenarios::find(&schedule.scenario).map_err(|e| format!("{path}: {e}"))?;
    let sites = Sites::of_this_program()?;
    let command = format!("forkstep replay {path}");
    match replay(&scenario, &schedule, &sites) {
        Ok(Some(found)) => {
            let details = found.text(&scenario, &sites, &command, args.all);
            if args.json {
                let same = found.wrong == schedule.verdict;
                let line = serde_json::json!({
                    "subject": scenario.name(),
                    "verdict": "violated",
                    "same": same,
                    "wrong": found.wrong,
                    "schedule": path,
                    "details": details,
                });
                say(&line.to_string());
            } else {
                say(details.trim_end());
            }
            Ok(VIOLATED)
        }
        Ok(None) => {
            let was = &schedule.verdict;
            let line = serde_json::json!({
                "subject": scenario.name(), "verdict": "holds", "was": was, "schedule": path,
            });
            let text = format!("holds: this schedule is right now; it was wrong: {was}");
            say(&if args.json { line.to_string() } else { text });
            Ok(HOLDS)
        }
        Err(why) => {
            eprintln!("UNFINISHED: {path} does not fit any more: {why}");
            Ok(UNFINISHED)
        }
    }
}
