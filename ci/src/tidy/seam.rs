//! The library reaches atomics, cells and the kernel through its seam alone.
//!
//! Clippy refuses the types themselves, by whatever name; this rule also refuses to see the modules
//! and crates around them named, so that the head of a file tells where it stands.

use super::finding::Finding;
use super::paths::paths_from;
use super::token::Token;
use super::tracked_file::TrackedFile;

const LIBRARY: &str = "core/src/";
const SEAM_FILE: &str = "core/src/sys.rs";
const SEAM_FOLDER: &str = "core/src/sys/";

/// Names that only the seam may use, wherever they stand.
const NAMES: &[&str] = &["libc", "nix"];

/// What the seam takes from the standard library and hands out under names of its own.
const PATHS: &[&[&str]] = &[&["sync", "atomic"], &["cell", "UnsafeCell"]];

pub(crate) fn check(file: &TrackedFile) -> Vec<Finding> {
    let in_seam = file.path == SEAM_FILE || file.path.starts_with(SEAM_FOLDER);
    if in_seam || !file.path.starts_with(LIBRARY) {
        return Vec::new();
    }
    let tokens = file.tokens();
    let finding = |(line, name): (usize, String)| {
        file.finding(line, "seam", format!("`{name}` belongs behind crate::sys"))
    };
    names(&tokens).into_iter().chain(paths(&tokens)).map(finding).collect()
}

fn names(tokens: &[Token<'_>]) -> Vec<(usize, String)> {
    let reserved = tokens.iter().filter(|token| NAMES.contains(&token.text));
    reserved.map(|token| (token.line, token.text.to_owned())).collect()
}

fn paths(tokens: &[Token<'_>]) -> Vec<(usize, String)> {
    let paths = ["std", "core"].into_iter().flat_map(|root| paths_from(tokens, root));
    let reserved = paths.filter(|path| PATHS.iter().any(|p| path.segments[1..].starts_with(p)));
    reserved.map(|path| (path.line, path.segments.join("::"))).collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tracked_file::TrackedFile;

    fn found(path: &str, text: &str) -> Vec<usize> {
        check(&TrackedFile::new(path, text)).iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn planted_detours_are_found() {
        let planted = "use std::sync::atomic::AtomicU32;\n\
                       use core::{fmt, sync::{Arc, atomic}};\n\
                       fn f() { libc::getpid(); }\n\
                       use nix;\n\
                       struct A(std::cell::UnsafeCell<u32>);\n";
        let mut lines = found("core/src/lock.rs", planted);
        lines.sort_unstable();
        assert_eq!(lines, [1, 2, 3, 4, 5]);
        assert_eq!(found("core/src/system.rs", planted).len(), 5);
    }

    #[test]
    fn seam_itself_and_other_packages_pass() {
        for path in ["core/src/sys.rs", "core/src/sys/os/futex.rs", "checks/src/ptrace.rs"] {
            assert!(found(path, "use libc::c_int;").is_empty(), "{path}");
        }
    }

    #[test]
    fn likenesses_pass() {
        let text = "/// As libc::futex does.\nuse std::os::unix::io;\nuse std::sync::Arc;\n\
                    use crate::sys::{Ordering, UnsafeCell};\nuse std::cell::Cell;\n";
        assert!(found("core/src/lock.rs", text).is_empty());
    }
}
