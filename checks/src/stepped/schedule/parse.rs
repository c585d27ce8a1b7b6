//! From text to a schedule.

use std::fmt;
use std::str::FromStr;

use super::super::trace::Action;
use super::key::{ACTIONS, CALL, Key};
use super::line::plain;
use super::{FORMAT, NO_BOUND, Schedule, Segment, Until};

/// What is wrong with the text of a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// In which line, from 1.
    pub line: usize,
    /// What was found there, and what may stand there.
    pub what: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl std::error::Error for ParseError {}

const FIELDS: &str = "`scenario:`, `verdict:`, `bound:` or `crashes:`";
const SEGMENTS: &str = "`run P0 until ...`, `CRASH P0` or `TIME`";
const ENDS: &str = "`it sleeps`, `it ends` or `hit 1 of ...`";
const DOINGS: &str =
    "`read`, `write`, `change`, `wait`, `wake`, `sleep`, `robust-list` or `call 1`";

impl FromStr for Schedule {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let mut schedule = Self::default();
        let mut lines = text.lines().enumerate();
        let first = lines.next().map_or("", |(_, line)| line);
        let at = |line: usize| move |what| ParseError { line: line + 1, what };
        version(first).map_err(at(0))?;
        for (number, line) in lines.by_ref().take_while(|(_, line)| !line.is_empty()) {
            field(&mut schedule, line).map_err(at(number))?;
        }
        for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            schedule.segments.push(segment(line).map_err(at(number))?);
        }
        Ok(schedule)
    }
}

fn wrong<T>(found: &str, accepted: &str) -> Result<T, String> {
    let found = if found.is_empty() { "nothing".to_owned() } else { format!("`{found}`") };
    Err(format!("{found} stands where {accepted} is accepted"))
}

fn version(line: &str) -> Result<(), String> {
    let (format, version) = FORMAT;
    match line.strip_prefix(format).map(str::trim) {
        Some(found) if found == version => Ok(()),
        _ => wrong(line, &format!("`{format} {version}`")),
    }
}

fn field(schedule: &mut Schedule, line: &str) -> Result<(), String> {
    let (name, value) = line.split_once(':').unwrap_or((line, ""));
    let value = value.strip_prefix(' ').unwrap_or(value);
    match name {
        "scenario" => schedule.scenario = plain(value),
        "verdict" => schedule.verdict = plain(value),
        "bound" if value == NO_BOUND => schedule.bound = None,
        "bound" => schedule.bound = Some(number(value, &format!("a number or `{NO_BOUND}`"))?),
        "crashes" => schedule.crashes = number(value, "a number")?,
        _ => return wrong(line, FIELDS),
    }
    Ok(())
}

fn number<N: FromStr>(text: &str, accepted: &str) -> Result<N, String> {
    text.parse().or_else(|_| wrong(text, accepted))
}

fn segment(line: &str) -> Result<Segment, String> {
    let mut words = Words(line.trim_start());
    let found = match words.next() {
        "TIME" => Segment::Time,
        "CRASH" => Segment::Crash(participant(&mut words)?),
        "run" => {
            let participant = participant(&mut words)?;
            words.expect("until")?;
            Segment::Run { participant, until: until(&mut words)? }
        }
        other => return wrong(other, SEGMENTS),
    };
    match words.next() {
        "" | "#" => Ok(found),
        more => wrong(more, "the end of the line or a comment behind `#`"),
    }
}

fn participant(words: &mut Words<'_>) -> Result<usize, String> {
    let word = words.next();
    let digits = word.strip_prefix('P').and_then(|digits| digits.parse().ok());
    digits.map_or_else(|| wrong(word, "a participant, as `P0`,"), Ok)
}

fn until(words: &mut Words<'_>) -> Result<Until, String> {
    match words.next() {
        "it" => match words.next() {
            "sleeps" => Ok(Until::Asleep),
            "ends" => Ok(Until::Ended),
            other => wrong(other, "`sleeps` or `ends`"),
        },
        "hit" => {
            let hit = number(words.next(), "a number")?;
            if hit == 0 {
                return wrong("0", "a number from 1 on");
            }
            words.expect("of")?;
            let key = key(words)?;
            Ok(Until::Hit { key, hit, source: words.comment() })
        }
        other => wrong(other, ENDS),
    }
}

fn key(words: &mut Words<'_>) -> Result<Key, String> {
    let name = words.next();
    let action = match ACTIONS.iter().find(|(other, _)| *other == name) {
        Some((_, action)) => *action,
        None if name == CALL => Action::Call(number(words.next(), "a system call's number")?),
        None => return wrong(name, DOINGS),
    };
    let word = words.quoted()?.unwrap_or_default();
    let function = if words.skip("in") {
        words.quoted()?.map_or_else(|| wrong(words.0, "a function in backticks"), Ok)?
    } else {
        String::new()
    };
    Ok(Key { action, word, function })
}

/// What is left of a line.
struct Words<'a>(&'a str);

impl<'a> Words<'a> {
    /// The next word; empty at the end of the line.
    fn next(&mut self) -> &'a str {
        let (word, rest) = self.0.split_once(' ').unwrap_or((self.0, ""));
        self.0 = rest.trim_start_matches(' ');
        word
    }

    /// Goes on behind a word, if it is the next.
    fn skip(&mut self, word: &str) -> bool {
        let mut ahead = Words(self.0);
        let is_next = ahead.next() == word;
        if is_next {
            self.0 = ahead.0;
        }
        is_next
    }

    fn expect(&mut self, word: &str) -> Result<(), String> {
        let found = self.0;
        if self.skip(word) { Ok(()) } else { wrong(Words(found).next(), &format!("`{word}`")) }
    }

    /// What stands in backticks, if that comes next.
    fn quoted(&mut self) -> Result<Option<String>, String> {
        let Some(text) = self.0.strip_prefix('`') else { return Ok(None) };
        let Some((text, rest)) = text.split_once('`') else {
            return wrong(self.0, "text that ends with a backtick");
        };
        self.0 = rest.trim_start_matches(' ');
        Ok(Some(plain(text)))
    }

    /// What stands behind `#`, which is left where it is.
    fn comment(&self) -> String {
        self.0.strip_prefix("# ").map(plain).unwrap_or_default()
    }
}
