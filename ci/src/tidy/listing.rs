//! Which files belong to the repository, and their text.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use super::tracked_file::TrackedFile;

/// Reads every text file under `root` that git tracks or would track.
///
/// A new file is judged before it is added, so that the rules speak before the commit. Without git,
/// or outside a repository, every file is read that stands neither in `.git` nor in `target`.
pub(crate) fn files(root: &Path) -> io::Result<Vec<TrackedFile>> {
    let mut paths = match paths_from_git(root) {
        Some(paths) => paths,
        None => {
            println!("tidy: git does not answer here: every file outside target is read");
            let mut paths = Vec::new();
            walk(root, "", &mut paths)?;
            paths
        }
    };
    paths.sort();
    paths.dedup();
    Ok(paths.iter().filter_map(|path| read(root, path)).collect())
}

fn paths_from_git(root: &Path) -> Option<Vec<String>> {
    let mut command = Command::new("git");
    command.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let output = command.current_dir(root).stderr(Stdio::null()).output().ok()?;
    let names = output.status.success().then(|| String::from_utf8(output.stdout).ok())??;
    Some(names.split_terminator('\0').map(str::to_owned).collect())
}

fn walk(root: &Path, folder: &str, paths: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        if !entry.file_type()?.is_dir() {
            paths.push(path);
        } else if name != ".git" && name != "target" {
            walk(root, &path, paths)?;
        }
    }
    Ok(())
}

/// Reads one file; nothing if it is deleted, a link, or no text.
fn read(root: &Path, path: &str) -> Option<TrackedFile> {
    let place = root.join(path);
    if !fs::symlink_metadata(&place).ok()?.is_file() {
        return None;
    }
    let text = fs::read_to_string(&place).ok()?;
    Some(TrackedFile::new(path, &text))
}

#[cfg(test)]
mod tests {
    use super::{read, walk};
    use std::path::Path;

    #[test]
    fn walk_finds_this_file_below_its_package() {
        let mut paths = Vec::new();
        walk(Path::new(env!("CARGO_MANIFEST_DIR")), "", &mut paths).expect("the package is there");
        assert!(paths.iter().any(|path| path == "src/tidy/listing.rs"), "{paths:?}");
    }

    #[test]
    fn deleted_file_is_passed_over() {
        assert!(read(Path::new(env!("CARGO_MANIFEST_DIR")), "src/gone.rs").is_none());
    }
}
