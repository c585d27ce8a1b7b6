//! Every lint that is allowed or expected carries its reason.

use super::finding::Finding;
use super::token::{Token, attributes, closing, reads};
use super::tracked_file::TrackedFile;

pub(crate) fn check(file: &TrackedFile) -> Vec<Finding> {
    let tokens = file.tokens();
    let mut findings = Vec::new();
    for attribute in attributes(&tokens) {
        let silent = silent_exceptions(attribute);
        findings.extend(silent.into_iter().map(|word| {
            let message = format!("`{}` without `reason = \"...\"`", word.text);
            file.finding(word.line, "allow-reason", message)
        }));
    }
    findings
}

fn silent_exceptions<'a>(attribute: &[Token<'a>]) -> Vec<Token<'a>> {
    let is_exception = |at: &usize| {
        let at = *at;
        reads(attribute, at, &["allow", "("]) || reads(attribute, at, &["expect", "("])
    };
    let has_reason = |at: usize| {
        let inside = at + 2..closing(attribute, at + 1);
        inside.into_iter().any(|within| reads(attribute, within, &["reason", "="]))
    };
    let silent = (0..attribute.len()).filter(is_exception).filter(|at| !has_reason(*at));
    silent.map(|at| attribute[at]).collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tracked_file::TrackedFile;

    fn found(text: &str) -> Vec<usize> {
        check(&TrackedFile::new("a.rs", text)).iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn planted_exceptions_without_reason_are_found() {
        assert_eq!(found("#![allow(unsafe_code)]\n#[expect(dead_code)]\nfn f() {}"), [1, 2]);
        assert_eq!(found("#[cfg_attr(test, allow(dead_code))]\nfn f() {}"), [1]);
        assert_eq!(found("#[\n    allow(a, b)\n]\nfn reason() {}"), [2]);
    }

    #[test]
    fn reason_and_methods_pass() {
        assert!(found("#![allow(unsafe_code, reason = \"maps memory\")]").is_empty());
        assert!(found("fn f() { a.expect(\"b\"); allow(c) }").is_empty());
    }
}
