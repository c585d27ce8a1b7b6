//! What lies in a word, as a reader of its type would say it.
//!
//! The types are known by the names that forkstep's primitives give their words.

use super::super::trace::Value;
use super::names::Names;
use crate::timeline::number;

const WAITERS: u32 = 0x8000_0000;
const OWNER_DIED: u32 = 0x4000_0000;
const OWNER: u32 = 0x3fff_ffff;

/// How the words of a name are read.
type Reading = fn(u64, &Names<'_>) -> String;

/// The ends of names, and what lies there; the first that fits counts.
const READINGS: [(&str, Reading); 10] = [
    ("lock.word", |word, names| lock_word(word as u32, names)),
    ("lock.owner", owner),
    ("lock.links.prev", link),
    ("lock.links.next", link),
    (".moved", turn),
    ("tasks.tail", puts),
    ("tasks.head.seen", puts),
    ("queue.tail", position),
    ("queue.head", position),
    (".seen", position),
];

/// What lies at a place.
pub(super) fn meaning(value: &Value, address: u64, names: &Names<'_>) -> String {
    let Some(word) = value.number() else { return bytes(value.bytes()) };
    if names.is_robust(address) {
        return lock_word(word as u32, names);
    }
    let name = names.word(address);
    let reading = READINGS.iter().find(|(end, _)| name.ends_with(end));
    reading.map_or_else(|| number(word), |(_, reading)| reading(word, names))
}

/// A robust lock word.
pub(super) fn lock_word(word: u32, names: &Names<'_>) -> String {
    let state = match (word & OWNER_DIED != 0, word & OWNER) {
        (false, OWNER) => return "not recoverable".to_owned(),
        (false, 0) => "free".to_owned(),
        (true, 0) => "owner died".to_owned(),
        (false, tid) => format!("held by {}", names.thread(tid)),
        (true, tid) => format!("owner died, held by {}", names.thread(tid)),
    };
    if word & WAITERS == 0 { state } else { format!("{state}, waiters") }
}

/// A process and a thread: a participant has one of each.
fn owner(word: u64, names: &Names<'_>) -> String {
    if word == 0 { "nobody".to_owned() } else { names.thread(word as u32) }
}

/// An address, which is another one each time that the program runs.
fn link(word: u64, _: &Names<'_>) -> String {
    if word == 0 { "none" } else { "linked" }.to_owned()
}

/// An eventcount.
fn turn(word: u64, _: &Names<'_>) -> String {
    flagged(format!("turn {}", word >> 1), word & 1 != 0, "waiters")
}

/// How many tasks were put.
fn puts(word: u64, _: &Names<'_>) -> String {
    flagged(format!("{} puts", word >> 1), word & 1 != 0, "closed")
}

/// Where a side of a queue stands.
fn position(word: u64, _: &Names<'_>) -> String {
    let (count, place) = (word >> 33, word as u32);
    flagged(format!("{count} at {place}"), word >> 32 & 1 != 0, "closed")
}

fn flagged(text: String, is_set: bool, flag: &str) -> String {
    if is_set { format!("{text}, {flag}") } else { text }
}

/// More than a word: as text if it is some, else each byte.
fn bytes(bytes: &[u8]) -> String {
    let is_text = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
    if bytes.iter().all(|byte| *byte == 0) {
        return format!("{} zeros", bytes.len());
    }
    if bytes.iter().all(is_text) {
        return format!("\"{}\"", String::from_utf8_lossy(bytes));
    }
    let each: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("[{}]", each.join(" "))
}
