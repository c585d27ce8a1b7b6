//! What a rule has to say about one line.

use std::fmt;

/// A broken house rule; ordered by place.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    pub(crate) path: String,
    /// Counted from 1.
    pub(crate) line: usize,
    pub(crate) rule: &'static str,
    pub(crate) message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.path, self.line, self.rule, self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::Finding;

    #[test]
    fn finding_is_printed_so_that_an_editor_can_jump_to_it() {
        let message = String::from("120 columns");
        let finding = Finding { path: String::from("a/b.rs"), line: 7, rule: "columns", message };
        assert_eq!(finding.to_string(), "a/b.rs:7: columns: 120 columns");
    }
}
