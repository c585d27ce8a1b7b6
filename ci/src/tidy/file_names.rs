//! A file is named after its one concept, and stands beside the folder of the same name.

use super::finding::Finding;
use super::tracked_file::TrackedFile;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["util", "utils", "common", "helper", "helpers", "types", "prelude"];

pub(crate) fn check(file: &TrackedFile) -> Vec<Finding> {
    let Some(module) = file.path.strip_suffix(".rs") else { return Vec::new() };
    let mut findings = Vec::new();
    for name in module.split('/').filter(|name| EMPTY_NAMES.contains(name)) {
        let message = format!("`{name}` names no concept");
        findings.push(file.finding(1, "file-names", message));
    }
    if module.split('/').next_back() == Some("mod") {
        let message = String::from("use concept.rs beside concept/ instead of concept/mod.rs");
        findings.push(file.finding(1, "file-names", message));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{EMPTY_NAMES, check};
    use crate::tidy::tracked_file::TrackedFile;

    fn count(path: &str) -> usize {
        check(&TrackedFile::new(path, "")).len()
    }

    #[test]
    fn planted_empty_names_are_found_as_file_and_as_folder() {
        for name in EMPTY_NAMES {
            assert_eq!(count(&format!("core/src/{name}.rs")), 1, "{name}");
            assert_eq!(count(&format!("checks/tests/{name}/lock.rs")), 1, "{name}");
        }
    }

    #[test]
    fn planted_chooser_in_its_own_folder_is_found() {
        assert_eq!(count("core/src/lock/mod.rs"), 1);
    }

    #[test]
    fn concepts_pass() {
        assert_eq!(count("core/src/lock.rs") + count("checks/model/build.rs"), 0);
        assert_eq!(count("docs/common.md"), 0);
    }
}
