//! Parts Rust source into code and comments, so that a rule about code does not stumble over prose.

/// Both parts keep the lines and columns of the source: what belongs to neither is a blank.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct RustText {
    /// Without comments, and without what stands between the quotes of literals.
    pub(crate) code: String,
    /// The comments alone, with their slashes and stars.
    pub(crate) comments: String,
}

/// Parts `source`; text that is no Rust yields some parting, never a panic.
pub(crate) fn part(source: &str) -> RustText {
    let mut reader = Reader { rest: source, last: ' ', parts: RustText::default() };
    while let Some(next) = reader.rest.chars().next() {
        if reader.rest.starts_with("//") {
            let length = reader.rest.find('\n').unwrap_or(reader.rest.len());
            reader.take(length, Part::Comment);
        } else if reader.rest.starts_with("/*") {
            reader.take(block_comment_length(reader.rest), Part::Comment);
        } else if let Some(hashes) = reader.raw_string_hashes() {
            reader.take_raw_string(hashes);
        } else if next == '"' {
            reader.take_literal(escaped_length(reader.rest, '"'));
        } else if next == '\'' && is_char_literal(reader.rest) {
            reader.take_literal(escaped_length(reader.rest, '\''));
        } else {
            reader.take(next.len_utf8(), Part::Code);
        }
    }
    reader.parts
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Code,
    Comment,
    Literal,
}

struct Reader<'a> {
    rest: &'a str,
    /// The character before `rest`, which tells `r"` from the end of a name.
    last: char,
    parts: RustText,
}

impl Reader<'_> {
    fn take(&mut self, length: usize, part: Part) {
        let (taken, rest) = self.rest.split_at(length);
        for c in taken.chars() {
            let blank = if c == '\n' { '\n' } else { ' ' };
            self.parts.code.push(if part == Part::Code { c } else { blank });
            self.parts.comments.push(if part == Part::Comment { c } else { blank });
            self.last = c;
        }
        self.rest = rest;
    }

    /// Takes a literal of `length` bytes: its quotes are code, what stands between them is not.
    fn take_literal(&mut self, length: usize) {
        self.take(1, Part::Code);
        self.take(length.saturating_sub(2), Part::Literal);
        self.take(self.rest.len().min(1), Part::Code);
    }

    fn raw_string_hashes(&self) -> Option<usize> {
        let starts_name = !self.last.is_alphanumeric() && self.last != '_';
        let prefixed = starts_name || matches!(self.last, 'b' | 'c');
        let after = self.rest.strip_prefix('r').filter(|_| prefixed)?;
        let hashes = after.len() - after.trim_start_matches('#').len();
        after[hashes..].starts_with('"').then_some(hashes)
    }

    fn take_raw_string(&mut self, hashes: usize) {
        self.take(1 + hashes + 1, Part::Code);
        let end = format!("\"{}", "#".repeat(hashes));
        let length = self.rest.find(&end).unwrap_or(self.rest.len());
        self.take(length, Part::Literal);
        self.take(end.len().min(self.rest.len()), Part::Code);
    }
}

/// Block comments nest.
fn block_comment_length(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// Returns the length of a literal with both its quotes; `\` takes the next character with it.
fn escaped_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    // One past the end: an unclosed literal has no quote to give back to the code.
    text.len() + 1
}

/// Tells `'a'` and `'\n'` from the lifetime `'a`.
fn is_char_literal(text: &str) -> bool {
    let mut after = text.chars().skip(1);
    match after.next() {
        Some('\\') => true,
        Some(_) => after.next() == Some('\''),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::part;

    #[track_caller]
    fn assert_code(source: &str, code: &str) {
        assert_eq!(part(source).code, code);
    }

    #[test]
    fn comments_leave_the_code() {
        let parts = part("a(); // b\nc(); /* d /* e */ f\n */ g");
        assert_eq!(parts.code, "a();     \nc();               \n    g");
        assert_eq!(parts.comments, "     // b\n     /* d /* e */ f\n */  ");
    }

    #[test]
    fn strings_keep_their_quotes() {
        assert_code(r#"f("a\"b") + 1"#, r#"f("    ") + 1"#);
        assert_code("f(\"// a\")", "f(\"    \")");
        assert_code("f(\"ä\", 1)", "f(\" \", 1)");
    }

    #[test]
    fn raw_strings_end_at_their_own_hashes() {
        assert_code("r#\"a\"b\\\"# + 1", "r#\"    \"# + 1");
        assert_code("br\"{\" + r#fn", "br\" \" + r#fn");
        assert_code("number\"{\"", "number\" \"");
    }

    #[test]
    fn characters_are_told_from_lifetimes() {
        assert_code("('{', '\\'', '\"', b'}')", "(' ', '  ', ' ', b' ')");
        assert_code("fn f<'a>(x: &'a str) {}", "fn f<'a>(x: &'a str) {}");
    }

    #[test]
    fn unclosed_text_is_taken_to_its_end() {
        assert_code("f(\"abc", "f(\"   ");
        assert_code("/* abc", "      ");
        assert_code("r#\"abc", "r#\"   ");
        assert_code("'", "'");
    }
}
