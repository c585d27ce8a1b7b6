//! One file of the repository in the forms in which the rules read it.

use super::finding::Finding;
use super::rust_text::{self, RustText};
use super::token::{self, Token};

/// A text file, with its Rust parted into code and comments.
pub(crate) struct TrackedFile {
    /// Relative to the root, with `/` between its parts.
    pub(crate) path: String,
    pub(crate) text: String,
    /// Empty in both parts if the file is not Rust.
    rust: RustText,
}

impl TrackedFile {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let rust = if path.ends_with(".rs") { rust_text::part(text) } else { RustText::default() };
        Self { path: path.to_owned(), text: text.to_owned(), rust }
    }

    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Returns the tokens outside comments and literals; none if the file is not Rust.
    pub(crate) fn tokens(&self) -> Vec<Token<'_>> {
        token::tokens(&self.rust.code)
    }

    /// Returns the lines with everything but comments blanked, numbered from 1.
    pub(crate) fn comment_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        numbered(&self.rust.comments)
    }

    /// Returns the lines as they are, numbered from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        numbered(&self.text)
    }

    pub(crate) fn finding(&self, line: usize, rule: &'static str, message: String) -> Finding {
        Finding { path: self.path.clone(), line, rule, message }
    }
}

/// Splits at `\n` alone, so that a `\r` stays visible as trailing white space.
fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split('\n').enumerate().map(|(index, line)| (index + 1, line))
}

#[cfg(test)]
mod tests {
    use super::TrackedFile;

    #[test]
    fn only_rust_has_tokens() {
        assert_eq!(TrackedFile::new("a.rs", "fn a() {}").tokens().len(), 6);
        assert!(TrackedFile::new("a.md", "fn a() {}").tokens().is_empty());
    }
}
