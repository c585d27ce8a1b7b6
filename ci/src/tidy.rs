//! The house rules as code: reads every file that belongs to the repository and judges it.
//!
//! A rule is one function from a file to its findings, in a file of its own whose tests plant a
//! violation and see it found.

mod allow_reason;
mod columns;
mod comment_tags;
mod file_length;
mod file_names;
mod finding;
mod function_length;
mod ignored_tests;
mod layers;
mod listing;
mod machine_paths;
mod paths;
mod rust_text;
mod seam;
mod token;
mod tracked_file;
mod unfinished;
mod white_space;

use std::path::Path;

use crate::step::Failure;
use finding::Finding;
use tracked_file::TrackedFile;

type Rule = fn(&TrackedFile) -> Vec<Finding>;

const RULES: &[Rule] = &[
    allow_reason::check,
    columns::check,
    comment_tags::check,
    file_length::check,
    file_names::check,
    function_length::check,
    ignored_tests::check,
    layers::check,
    machine_paths::check,
    seam::check,
    unfinished::check,
    white_space::check,
];

/// Prints every finding in the tree under `root`; fails if there is one.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    let files = listing::files(root).map_err(|error| Failure {
        what: format!("tidy cannot read the tree: {error}"),
        code: 1,
    })?;
    let findings: Vec<Finding> = files.iter().flat_map(judge).collect();
    for finding in &findings {
        println!("{finding}");
    }
    println!("tidy: {} files, {} rules, {} findings", files.len(), RULES.len(), findings.len());
    if findings.is_empty() {
        return Ok(());
    }
    Err(Failure { what: String::from("tidy: the house rules are not kept"), code: 1 })
}

fn judge(file: &TrackedFile) -> Vec<Finding> {
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(file)).collect();
    findings.sort();
    findings
}

#[cfg(test)]
mod tests {
    use super::judge;
    use super::tracked_file::TrackedFile;

    #[test]
    fn findings_of_several_rules_come_in_line_order() {
        let text = "use libc::c_int;\nfn f() { todo!() }\n#[ignore]\nfn g() {}\n";
        let lines: Vec<String> = judge(&TrackedFile::new("core/src/lock.rs", text))
            .iter()
            .map(|finding| finding.to_string().split(": ").take(2).collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(
            lines,
            [
                "core/src/lock.rs:1 seam",
                "core/src/lock.rs:2 unfinished",
                "core/src/lock.rs:3 ignored-tests"
            ]
        );
    }

    #[test]
    fn clean_file_has_no_finding() {
        let text = "//! A word.\n\n/// Returns one.\npub fn one() -> u32 {\n    1\n}\n";
        assert!(judge(&TrackedFile::new("core/src/lock.rs", text)).is_empty());
    }
}
