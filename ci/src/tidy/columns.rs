//! Rust lines are at most 100 columns wide, also where rustfmt does not reach. Rows of a table in
//! a doc comment are exempt: they cannot be broken.

use super::finding::Finding;
use super::tracked_file::TrackedFile;

const MAX_COLUMNS: usize = 100;

pub(crate) fn check(file: &TrackedFile) -> Vec<Finding> {
    if !file.is_rust() {
        return Vec::new();
    }
    let breakable = file.lines().filter(|(_, text)| !is_table_row(text));
    let widths = breakable.map(|(line, text)| (line, text.chars().count()));
    let wide = widths.filter(|(_, width)| *width > MAX_COLUMNS);
    let message = |width| format!("{width} columns, at most {MAX_COLUMNS}");
    wide.map(|(line, width)| file.finding(line, "columns", message(width))).collect()
}

fn is_table_row(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("//! |") || line.starts_with("/// |")
}

#[cfg(test)]
mod tests {
    use super::{MAX_COLUMNS, check};
    use crate::tidy::tracked_file::TrackedFile;

    #[test]
    fn planted_wide_line_is_found() {
        let text = format!("// a\n// {}\n", "ä".repeat(MAX_COLUMNS - 2));
        let findings = check(&TrackedFile::new("a.rs", &text));
        assert_eq!(findings.len(), 1);
        assert_eq!(
            (findings[0].line, findings[0].message.as_str()),
            (2, "101 columns, at most 100")
        );
    }

    #[test]
    fn exact_width_and_prose_files_pass() {
        let exact = "ä".repeat(MAX_COLUMNS);
        assert!(check(&TrackedFile::new("a.rs", &exact)).is_empty());
        let row = format!("//! | {exact} |");
        assert!(check(&TrackedFile::new("a.rs", &row)).is_empty());
        assert!(check(&TrackedFile::new("a.md", &exact.repeat(2))).is_empty());
    }
}
