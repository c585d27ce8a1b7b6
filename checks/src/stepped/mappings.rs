//! What is mapped in this process.

use std::collections::BTreeSet;
use std::ops::Range;

/// A line of `/proc/self/maps`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mapping {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) writable: bool,
    pub(super) shared: bool,
    pub(super) name: String,
}

impl Mapping {
    pub(super) fn range(&self) -> Range<u64> {
        self.start..self.end
    }
}

/// All mappings of this process, or of another one.
///
/// # Errors
///
/// `/proc` cannot be read.
pub(super) fn mappings(process: &str) -> Result<Vec<Mapping>, String> {
    let path = format!("/proc/{process}/maps");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    Ok(text.lines().filter_map(parse).collect())
}

/// The shared and writable mappings that are not in `before`.
pub(super) fn new_and_shared(before: &[Mapping], after: &[Mapping]) -> Vec<Range<u64>> {
    let before: BTreeSet<_> = before.iter().map(|mapping| (mapping.start, mapping.end)).collect();
    let new = after.iter().filter(|mapping| !before.contains(&(mapping.start, mapping.end)));
    new.filter(|mapping| mapping.shared && mapping.writable).map(Mapping::range).collect()
}

fn parse(line: &str) -> Option<Mapping> {
    let mut fields = line.split_ascii_whitespace();
    let (start, end) = fields.next()?.split_once('-')?;
    let rights = fields.next()?;
    Some(Mapping {
        start: u64::from_str_radix(start, 16).ok()?,
        end: u64::from_str_radix(end, 16).ok()?,
        writable: rights.contains('w'),
        shared: rights.ends_with('s'),
        name: fields.nth(3).unwrap_or_default().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_understood() {
        let line = "7f00-8000 rw-s 00000000 00:01 1030   /memfd:forkstep (deleted)";
        let mapping = parse(line).expect("a mapping");
        assert_eq!(mapping.range(), 0x7f00..0x8000);
        assert!(mapping.writable && mapping.shared);
        assert_eq!(mapping.name, "/memfd:forkstep");
        assert_eq!(parse("nonsense"), None);
    }

    #[test]
    fn this_process_has_a_stack_that_is_not_shared() {
        let all = mappings("self").expect("Linux has /proc");
        let stack = all.iter().find(|mapping| mapping.name == "[stack]").expect("a stack");
        assert!(stack.writable && !stack.shared);
        assert_eq!(new_and_shared(&all, &all), []);
    }
}
