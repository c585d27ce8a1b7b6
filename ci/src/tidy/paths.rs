//! The full paths that code names, also those that a `use` with braces folds together.

use super::token::{Token, closing, reads};

/// A path in code, from its first segment on.
#[derive(Debug, PartialEq)]
pub(crate) struct CodePath<'a> {
    pub(crate) line: usize,
    pub(crate) segments: Vec<&'a str>,
}

/// Returns every path that starts with the name `root`, unfolded: `a::{b, c::d}` is two paths.
pub(crate) fn paths_from<'a>(tokens: &[Token<'a>], root: &str) -> Vec<CodePath<'a>> {
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        // The second word of `super::super::a` starts no path of its own.
        let repeated = at >= 2 && reads(tokens, at - 2, &[root, "::"]);
        if !repeated && reads(tokens, at, &[root, "::"]) {
            unfold(&tokens[at..], &mut Vec::new(), &mut found);
        }
    }
    found
}

fn unfold<'a>(tokens: &[Token<'a>], prefix: &mut Vec<&'a str>, found: &mut Vec<CodePath<'a>>) {
    let Some(first) = tokens.first() else { return };
    if first.text == "{" {
        let inside = &tokens[1..closing(tokens, 0).max(1)];
        let mut at = 0;
        while at < inside.len() {
            let depth = prefix.len();
            unfold(&inside[at..], prefix, found);
            prefix.truncate(depth);
            at = next_branch(inside, at);
        }
        return;
    }
    prefix.push(first.text);
    if reads(tokens, 1, &["::"]) {
        unfold(&tokens[2..], prefix, found);
    } else {
        found.push(CodePath { line: first.line, segments: prefix.clone() });
    }
}

/// Returns the index after the next comma that no inner braces hold.
fn next_branch(tokens: &[Token<'_>], mut at: usize) -> usize {
    while at < tokens.len() && tokens[at].text != "," {
        at = if tokens[at].text == "{" { closing(tokens, at) + 1 } else { at + 1 };
    }
    at + 1
}

#[cfg(test)]
mod tests {
    use super::paths_from;
    use crate::tidy::token::tokens;

    fn found(code: &str, root: &str) -> Vec<String> {
        let tokens = tokens(code);
        paths_from(&tokens, root).iter().map(|path| path.segments.join("::")).collect()
    }

    #[test]
    fn plain_paths_are_found() {
        assert_eq!(found("crate::lock::Lock::new(crate::sys::now())", "crate").len(), 2);
        assert_eq!(found("use ::std::sync::Arc;", "std"), ["std::sync::Arc"]);
    }

    #[test]
    fn braces_are_unfolded() {
        assert_eq!(
            found("use crate::{a::{b, c as d}, e,\n f::*};", "crate"),
            ["crate::a::b", "crate::a::c", "crate::e", "crate::f::*"]
        );
    }

    #[test]
    fn repeated_root_is_one_path() {
        assert_eq!(found("super::super::a", "super"), ["super::super::a"]);
    }

    #[test]
    fn longer_name_is_another_root() {
        assert!(found("my_std::x; std_y::z; pub(std) w", "std").is_empty());
    }

    #[test]
    fn line_is_that_of_the_last_segment() {
        let tokens = tokens("use crate::{\n    a,\n    b::c,\n};");
        let lines: Vec<usize> = paths_from(&tokens, "crate").iter().map(|p| p.line).collect();
        assert_eq!(lines, [2, 3]);
    }
}
