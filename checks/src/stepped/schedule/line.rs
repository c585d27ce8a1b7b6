//! Any text within one line.

use std::borrow::Cow;

/// What cannot stand for itself within a line, or within quotes, and what is written instead.
const ESCAPES: [(char, char); 4] = [('\\', '\\'), ('\n', 'n'), ('\r', 'r'), ('`', '\'')];

/// Text as it may stand between backticks, or behind anything at the end of a line.
pub(super) fn escaped(text: &str) -> Cow<'_, str> {
    let escape = |c| ESCAPES.iter().find(|(plain, _)| *plain == c);
    if !text.contains(|c| escape(c).is_some()) {
        return Cow::Borrowed(text);
    }
    let mut line = String::new();
    for c in text.chars() {
        match escape(c) {
            Some((_, written)) => line.extend(['\\', *written]),
            None => line.push(c),
        }
    }
    Cow::Owned(line)
}

/// What [`escaped`] was given.
pub(super) fn plain(line: &str) -> String {
    let mut text = String::new();
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        let written = if c == '\\' { chars.next() } else { None };
        let meant = ESCAPES.iter().find(|(_, name)| Some(*name) == written);
        text.push(meant.map_or(c, |(plain, _)| *plain));
        // A person may write a backslash that means itself.
        text.extend(written.filter(|_| meant.is_none()));
    }
    text
}
