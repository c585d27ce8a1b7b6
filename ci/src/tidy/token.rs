//! Names and signs of Rust code, each with its line: enough to see what a rule asks for.

/// A name, a number, `::`, or any other single character that is not white space.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Token<'a> {
    pub(crate) text: &'a str,
    /// Counted from 1.
    pub(crate) line: usize,
}

/// Returns the tokens of `code`, from which comments and the insides of literals are gone.
pub(crate) fn tokens(code: &str) -> Vec<Token<'_>> {
    let numbered = code.split('\n').enumerate();
    numbered.flat_map(|(index, line)| line_tokens(line, index + 1)).collect()
}

fn line_tokens(line: &str, number: usize) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if is_name_character(first) {
            rest.find(|c| !is_name_character(c)).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        let (text, after) = rest.split_at(length);
        tokens.push(Token { text, line: number });
        rest = after.trim_start();
    }
    tokens
}

fn is_name_character(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Tells whether the tokens from `at` on read like `texts`.
pub(crate) fn reads(tokens: &[Token<'_>], at: usize, texts: &[&str]) -> bool {
    let here = tokens.iter().skip(at).take(texts.len()).map(|token| token.text);
    here.eq(texts.iter().copied())
}

/// Returns the index of the bracket that closes the one at `open`, or the end if none does.
pub(crate) fn closing(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return index;
        }
    }
    tokens.len().saturating_sub(1)
}

/// Returns what stands between the brackets of each `#[...]` and `#![...]`.
pub(crate) fn attributes<'t, 'a>(tokens: &'t [Token<'a>]) -> Vec<&'t [Token<'a>]> {
    let open = |at: usize| match () {
        () if reads(tokens, at, &["#", "["]) => Some(at + 1),
        () if reads(tokens, at, &["#", "!", "["]) => Some(at + 2),
        () => None,
    };
    let opens = (0..tokens.len()).filter_map(open);
    opens.map(|open| &tokens[open + 1..closing(tokens, open).max(open + 1)]).collect()
}

#[cfg(test)]
mod tests {
    use super::{attributes, closing, reads, tokens};

    fn texts(code: &str) -> Vec<&str> {
        tokens(code).iter().map(|token| token.text).collect()
    }

    #[test]
    fn names_and_signs_are_parted() {
        assert_eq!(texts("crate::a_1.b()"), ["crate", "::", "a_1", ".", "b", "(", ")"]);
        assert_eq!(tokens("a\n\n b")[1].line, 3);
    }

    #[test]
    fn closing_bracket_is_the_matching_one() {
        let found = tokens("f(a[(1)], b) + c");
        assert_eq!(closing(&found, 1), 10);
        assert_eq!(closing(&tokens("f(a"), 1), 2);
    }

    #[test]
    fn attributes_of_both_kinds_are_found() {
        let found = tokens("#![a(b)] #[c]\nfn f() {}");
        let inner: Vec<usize> = attributes(&found).iter().map(|tokens| tokens.len()).collect();
        assert_eq!(inner, [4, 1]);
        assert!(reads(attributes(&found)[1], 0, &["c"]));
        assert!(attributes(&tokens("#[")).iter().all(|tokens| tokens.is_empty()));
    }
}
