//! A file is short enough to be read in one sitting.

use super::finding::Finding;
use super::tracked_file::TrackedFile;

const MAX_RUST_LINES: usize = 400;
const MAX_EXAMPLE_LINES: usize = 60;

/// Prose at the root of the repository.
const MAX_PROSE_LINES: &[(&str, usize)] =
    &[("README.md", 120), ("ARCHITECTURE.md", 250), ("CONTRIBUTING.md", 60)];

pub(crate) fn check(file: &TrackedFile) -> Vec<Finding> {
    let lines = file.text.lines().count();
    match limit(file) {
        Some(limit) if lines > limit => {
            let message = format!("{lines} lines, at most {limit}");
            vec![file.finding(limit + 1, "file-length", message)]
        }
        _ => Vec::new(),
    }
}

fn limit(file: &TrackedFile) -> Option<usize> {
    if file.is_rust() {
        let example = file.path.starts_with("core/examples/");
        return Some(if example { MAX_EXAMPLE_LINES } else { MAX_RUST_LINES });
    }
    MAX_PROSE_LINES.iter().find(|(path, _)| *path == file.path).map(|(_, limit)| *limit)
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tracked_file::TrackedFile;

    fn too_long(path: &str, lines: usize) -> bool {
        !check(&TrackedFile::new(path, &"a\n".repeat(lines))).is_empty()
    }

    #[test]
    fn planted_long_files_are_found() {
        for (path, limit) in [
            ("core/src/lock.rs", 400),
            ("core/examples/lock.rs", 60),
            ("README.md", 120),
            ("ARCHITECTURE.md", 250),
        ] {
            assert!(too_long(path, limit + 1), "{path}");
            assert!(!too_long(path, limit), "{path}");
        }
    }

    #[test]
    fn other_files_have_no_limit() {
        assert!(!too_long("Cargo.lock", 5000));
    }
}
