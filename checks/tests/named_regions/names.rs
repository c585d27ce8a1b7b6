//! Names that no other test process uses, and nothing of which may be left.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::OnceLock;
use std::time::Duration;

use forkstep_checks::watchdog::guarded;
use libtest_mimic::Trial;

static PREFIX: OnceLock<String> = OnceLock::new();

/// Far longer than any of these tests takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);

/// Fixes the names of this test process and of all that it forks.
pub(crate) fn begin() {
    PREFIX.get_or_init(|| format!("test.{}.", std::process::id()));
}

fn prefix() -> &'static str {
    PREFIX.get().expect("main has begun")
}

/// Makes a name for this test process.
pub(crate) fn named(name: &str) -> String {
    format!("{}{name}", prefix())
}

/// Where the file of a name lies.
pub(crate) fn path_of(name: &str) -> PathBuf {
    PathBuf::from(format!("/dev/shm/forkstep.{name}"))
}

/// Lists what has a name of this test process, without what is under test.
pub(crate) fn left() -> Vec<String> {
    let entries = fs::read_dir("/dev/shm").expect("the machine has shared memory");
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let own = format!("forkstep.{}", prefix());
    names.filter(|name| name.starts_with(&own)).collect()
}

/// Makes a test of `body`, watched, that must leave no name behind. If it does, or fails, or hangs,
/// its names are taken away here, outside of the process that ran it.
pub(crate) fn trial(name: &str, body: fn()) -> Trial {
    trial_within(name, LIMIT, body)
}

/// As [`trial`], within another limit.
pub(crate) fn trial_within(name: &str, limit: Duration, body: fn()) -> Trial {
    Trial::test(name, move || {
        let outcome = guarded(limit, body);
        let left = left();
        for name in &left {
            let path = PathBuf::from("/dev/shm").join(name);
            let removed = fs::remove_file(&path).or_else(|_| fs::remove_dir(&path));
            removed.expect("what a test has made can be taken away");
        }
        outcome?;
        if left.is_empty() { Ok(()) } else { Err(format!("left names behind: {left:?}").into()) }
    })
}

/// Whether SIGKILL ended it.
pub(crate) fn was_killed(status: ExitStatus) -> bool {
    status.signal() == Some(9)
}
