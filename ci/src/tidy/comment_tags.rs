//! Four tags in capitals open a comment, each with a meaning of its own, and no others.

use super::finding::Finding;
use super::tracked_file::TrackedFile;

const TAGS: &[&str] = &["SAFETY", "ORDERING", "CRASH", "LINEARIZES"];

/// Words that promise later work; they are tags even without a colon.
const PROMISES: &[&str] = &["TODO", "FIXME", "XXX", "HACK"];

pub(crate) fn check(file: &TrackedFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (line, comment) in file.comment_lines() {
        if let Some(tag) = foreign_tag(comment) {
            let message = format!("`{tag}` is none of {}", TAGS.join(", "));
            findings.push(file.finding(line, "comment-tags", message));
        }
    }
    findings
}

/// Returns the word that opens the comment if it is a tag, but not one of ours.
fn foreign_tag(comment: &str) -> Option<&str> {
    let text = comment.trim_start().trim_start_matches(['/', '*', '!']).trim_start();
    let end = text.find(|c: char| !c.is_ascii_uppercase()).unwrap_or(text.len());
    let (word, after) = text.split_at(end);
    let is_tag = word.len() > 1 && after.starts_with(':') && !after.starts_with("::");
    let is_promise = PROMISES.contains(&word) && !after.starts_with(|c: char| c.is_alphanumeric());
    ((is_tag || is_promise) && !TAGS.contains(&word)).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::{PROMISES, TAGS, check};
    use crate::tidy::tracked_file::TrackedFile;

    fn count(text: &str) -> usize {
        check(&TrackedFile::new("a.rs", text)).len()
    }

    #[test]
    fn planted_promises_are_found_with_and_without_colon() {
        for word in PROMISES {
            assert_eq!(count(&format!("f(); // {word} later")), 1, "{word}");
            assert_eq!(count(&format!("/* {word}(me): later */")), 1, "{word}");
        }
    }

    #[test]
    fn planted_foreign_tags_are_found() {
        assert_eq!(count("// NOTE: a\n/// WARNING: b\n//! PERF: c"), 3);
    }

    #[test]
    fn own_tags_prose_and_strings_pass() {
        for tag in TAGS {
            assert_eq!(count(&format!("// {tag}: a")), 0, "{tag}");
        }
        assert_eq!(count("// SIGKILL runs no destructor.\n// A: one letter.\n// TID::MAX"), 0);
        assert_eq!(count("f(\"// NOTE: a\");"), 0);
    }
}
