//! No file names a folder that exists on one machine only.

use super::finding::Finding;
use super::tracked_file::TrackedFile;

/// Folders at the root of a file system in which people and runners keep their own files.
const PRIVATE_FOLDERS: &[&str] = &["home", "root", "work"];

pub(crate) fn check(file: &TrackedFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (line, text) in file.lines() {
        for folder in PRIVATE_FOLDERS.iter().filter(|folder| names_folder(text, folder)) {
            let message = format!("a path below /{folder}/ exists on one machine only");
            findings.push(file.finding(line, "machine-paths", message));
        }
    }
    findings
}

/// Tells whether `text` holds an absolute path whose first part is `folder`.
fn names_folder(text: &str, folder: &str) -> bool {
    text.match_indices(folder).any(|(at, _)| {
        let before = text[..at].strip_suffix('/');
        let is_absolute = before.is_some_and(|before| !before.ends_with(continues_path));
        let is_whole = !text[at + folder.len()..].starts_with(is_name_character);
        is_absolute && is_whole
    })
}

/// Tells whether a slash after `c` goes on with a path, an address or a variable.
fn continues_path(c: char) -> bool {
    is_name_character(c) || matches!(c, '.' | '/' | '~' | '}' | ')' | '>' | '*')
}

fn is_name_character(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

#[cfg(test)]
mod tests {
    use super::{PRIVATE_FOLDERS, check};
    use crate::tidy::tracked_file::TrackedFile;

    fn found(text: &str) -> bool {
        !check(&TrackedFile::new("a.toml", text)).is_empty()
    }

    #[test]
    fn planted_machine_paths_are_found() {
        for folder in PRIVATE_FOLDERS {
            assert!(found(&format!("a = \"/{folder}/b\"")), "{folder}");
            assert!(found(&format!("/{folder}")), "{folder}");
            assert!(found(&format!("--a=/{folder}/b")), "{folder}");
            assert!(found(&format!("[a](/{folder}/b)")), "{folder}");
        }
    }

    #[test]
    fn relative_paths_and_longer_names_pass() {
        for folder in PRIVATE_FOLDERS {
            assert!(!found(&format!("a/{folder} ./{folder} ${{A}}/{folder}")), "{folder}");
            assert!(
                !found(&format!("/{folder}stead /{folder}-1 https://{folder}.org")),
                "{folder}"
            );
        }
    }
}
