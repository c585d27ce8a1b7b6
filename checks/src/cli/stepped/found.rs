//! What is done with a counterexample: shown, and written to files.

use std::fs;
use std::path::{Path, PathBuf};

use crate::stepped::{Counterexample, Scenario, Sites};

/// A counterexample, as it was shown and written.
#[derive(Debug)]
pub(super) struct Found {
    /// The timeline, with the names of the files.
    pub(super) text: String,
    /// The file that repeats it.
    pub(super) schedule: String,
}

/// Draws a counterexample and writes its files.
///
/// # Errors
///
/// The files cannot be written, or the kernel refuses a process.
pub(super) fn write(
    found: &Counterexample,
    scenario: &Scenario,
    all: bool,
) -> Result<Found, String> {
    let sites = Sites::of_this_program()?;
    let folder = folder();
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let path = |ending: &str| folder.join(format!("{}.{ending}", scenario.name()));
    let (schedule, page) = (path("schedule"), path("html"));
    let replay = format!("forkstep replay {}", schedule.display());
    put(&schedule, &found.schedule(scenario, &sites)?.to_string())?;
    put(&page, &found.html(scenario, &sites, &replay))?;
    let mut text = found.text(scenario, &sites, &replay, all);
    text = format!("{}\nas a page: {}", text.trim_end(), page.display());
    Ok(Found { text, schedule: schedule.display().to_string() })
}

fn put(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Where cargo puts what it builds, seen from here.
fn folder() -> PathBuf {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    target.join("forkstep")
}
