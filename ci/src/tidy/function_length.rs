//! A function fits on one screen.

use super::finding::Finding;
use super::token::{Token, closing};
use super::tracked_file::TrackedFile;

const MAX_LINES: usize = 70;

pub(crate) fn check(file: &TrackedFile) -> Vec<Finding> {
    let tokens = file.tokens();
    let mut findings = Vec::new();
    for at in 0..tokens.len() {
        let Some((name, lines)) = function(&tokens, at) else { continue };
        if lines > MAX_LINES {
            let message = format!("`fn {name}` has {lines} lines, at most {MAX_LINES}");
            findings.push(file.finding(tokens[at].line, "function-length", message));
        }
    }
    findings
}

/// Returns the name and the number of lines of the function whose `fn` stands at `at`.
fn function<'a>(tokens: &[Token<'a>], at: usize) -> Option<(&'a str, usize)> {
    let name = tokens.get(at + 1).filter(|_| tokens[at].text == "fn")?;
    // `fn(u32)` is the type of a pointer and has no body.
    if name.text == "(" {
        return None;
    }
    let open = body(tokens, at)?;
    let last = tokens[closing(tokens, open)].line;
    Some((name.text, last - tokens[at].line + 1))
}

/// Returns the index of the brace that opens the body; a function of a trait may have none.
fn body(tokens: &[Token<'_>], from: usize) -> Option<usize> {
    let mut at = from;
    while at < tokens.len() {
        match tokens[at].text {
            "{" => return Some(at),
            ";" => return None,
            "(" | "[" => at = closing(tokens, at) + 1,
            _ => at += 1,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{MAX_LINES, check};
    use crate::tidy::tracked_file::TrackedFile;

    fn found(text: &str) -> Vec<String> {
        let findings = check(&TrackedFile::new("a.rs", text));
        findings.into_iter().map(|finding| finding.message).collect()
    }

    fn function(lines: usize) -> String {
        let body = "    if a { \"}\" } else { '}' } // }\n".repeat(lines - 2);
        format!("    pub fn long(a: [u8; {{ 2 }}]) -> fn(u8) {{\n{body}    }}\n")
    }

    #[test]
    fn planted_long_function_is_found() {
        let text = format!("impl A {{\n{}{}}}\n", function(MAX_LINES), function(MAX_LINES + 1));
        assert_eq!(found(&text), ["`fn long` has 71 lines, at most 70"]);
    }

    #[test]
    fn declaration_without_body_has_no_length() {
        let text = format!("trait A {{\n    fn a(&self) -> [u8; 2];\n{}}}", "\n".repeat(80));
        assert!(found(&text).is_empty());
    }
}
