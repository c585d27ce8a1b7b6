//! No code that stands in for code.

use super::finding::Finding;
use super::token::reads;
use super::tracked_file::TrackedFile;

const MACROS: &[&str] = &["todo", "unimplemented"];

pub(crate) fn check(file: &TrackedFile) -> Vec<Finding> {
    let tokens = file.tokens();
    let mut findings = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if MACROS.contains(&token.text) && reads(&tokens, at + 1, &["!"]) {
            let message = format!("`{}!` is no implementation", token.text);
            findings.push(file.finding(token.line, "unfinished", message));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{MACROS, check};
    use crate::tidy::tracked_file::TrackedFile;

    #[test]
    fn planted_stand_ins_are_found() {
        for name in MACROS {
            let text = format!("fn f() {{\n    {name}!(\"later\")\n}}");
            let findings = check(&TrackedFile::new("a.rs", &text));
            assert_eq!(findings.iter().map(|f| f.line).collect::<Vec<_>>(), [2], "{name}");
        }
    }

    #[test]
    fn prose_and_strings_pass() {
        let text = "// todo!()\nf(\"unimplemented!()\", todo)";
        assert!(check(&TrackedFile::new("a.rs", text)).is_empty());
    }
}
