//! No test is switched off.

use super::finding::Finding;
use super::token::{attributes, reads};
use super::tracked_file::TrackedFile;

pub(crate) fn check(file: &TrackedFile) -> Vec<Finding> {
    let tokens = file.tokens();
    let mut findings = Vec::new();
    for attribute in attributes(&tokens) {
        let conditional = reads(attribute, 0, &["cfg_attr"]);
        let found = attribute
            .iter()
            .enumerate()
            .find(|(at, token)| token.text == "ignore" && (*at == 0 || conditional));
        if let Some((_, token)) = found {
            let message = String::from("a test runs or does not exist");
            findings.push(file.finding(token.line, "ignored-tests", message));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tracked_file::TrackedFile;

    fn found(text: &str) -> Vec<usize> {
        check(&TrackedFile::new("a.rs", text)).iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn planted_ignored_tests_are_found() {
        assert_eq!(found("#[test]\n#[ignore]\nfn a() {}"), [2]);
        assert_eq!(found("#[ignore = \"slow\"]\nfn a() {}"), [1]);
        assert_eq!(found("#[cfg_attr(debug_assertions, ignore)]\nfn a() {}"), [1]);
    }

    #[test]
    fn word_elsewhere_passes() {
        assert!(found("// #[ignore]\n#[serde(ignore)]\nfn ignore() {}").is_empty());
    }
}
