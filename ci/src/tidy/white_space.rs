//! No line ends in white space, and none in a carriage return.

use super::finding::Finding;
use super::tracked_file::TrackedFile;

pub(crate) fn check(file: &TrackedFile) -> Vec<Finding> {
    // A snapshot holds what was printed, to the last blank.
    if file.path.ends_with(".snap") {
        return Vec::new();
    }
    let trailing = file.lines().filter(|(_, text)| text.ends_with(char::is_whitespace));
    let message = || String::from("white space at the end");
    trailing.map(|(line, _)| file.finding(line, "white-space", message())).collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tracked_file::TrackedFile;

    fn found(path: &str, text: &str) -> Vec<usize> {
        check(&TrackedFile::new(path, text)).iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn planted_white_space_is_found() {
        assert_eq!(found("a.md", "a\nb \nc\t\nd\r\ne"), [2, 3, 4]);
    }

    #[test]
    fn clean_lines_and_snapshots_pass() {
        assert!(found("a.md", "a\n\n  b\n").is_empty());
        assert!(found("a.snap", "a \n").is_empty());
    }
}
