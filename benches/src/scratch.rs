//! A folder in memory for what a peer can only share through files.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Where files take no disk.
const SHARED_MEMORY: &str = "/dev/shm";

/// Waits until nobody is left who could write to it, and clears up.
const KEEPER: &str = r#"read -r _; rm -rf -- "$0""#;

/// Owns a folder.
///
/// It goes away with this, and also when this process and all of its participants end in any other
/// way, by a panic in a thread or by a signal: a child keeps watch, and sees the end of a pipe.
#[derive(Debug)]
pub struct Scratch {
    folder: PathBuf,
    keeper: Child,
}

impl Scratch {
    /// Makes an empty folder.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn new() -> Result<Self, String> {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let (process, made) = (std::process::id(), MADE.fetch_add(1, Relaxed));
        let memory = PathBuf::from(SHARED_MEMORY);
        let parent = if memory.is_dir() { memory } else { std::env::temp_dir() };
        let folder = parent.join(format!("forkstep-bench-{process}-{made}"));
        let keeper = keep(&folder).map_err(|error| format!("nobody to clear up: {error}"))?;
        let scratch = Self { folder, keeper };
        fs::create_dir(&scratch.folder).map_err(|error| format!("no folder: {error}"))?;
        Ok(scratch)
    }

    /// Gives the folder's path.
    pub fn path(&self) -> &Path {
        &self.folder
    }
}

fn keep(folder: &Path) -> std::io::Result<Child> {
    Command::new("sh")
        .args(["-c", KEEPER])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // What ends a bench from its terminal is not to end the child too.
        .process_group(0)
        .spawn()
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        self.keeper.wait().expect("a child of one's own");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_goes_away_with_its_owner() {
        let scratch = Scratch::new().expect("a folder");
        let path = scratch.path().to_owned();
        fs::write(path.join("file"), "text").expect("a file");
        drop(scratch);
        assert!(!path.exists());
    }
}
