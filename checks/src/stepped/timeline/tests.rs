use super::super::history::{Call, History};
use super::super::trace::{Access, Event, Value, What, Word};
use super::Timeline;
use crate::ptrace::End;

const LOCK: u64 = 0x1000;
const LINK: u64 = 0x1020;
const TAIL: u64 = 0x2000;
const RING: u64 = 0x3000;
const OTHER: u64 = 0x9000;

const WAITERS: u64 = 0x8000_0000;
const OWNER_DIED: u64 = 0x4000_0000;

fn words() -> Vec<Word> {
    let word = |name: &str, address, len| Word { name: name.to_owned(), address, len };
    vec![
        word("queue.put.lock.word", LOCK, 4),
        word("queue.put.lock.links.next", LINK, 8),
        word("queue.tail", TAIL, 8),
        word("queue.ring", RING, 64),
    ]
}

fn event(participant: usize, at: u64, what: What) -> Event {
    Event { participant: Some(participant), at, caller: 0, what }
}

fn access(participant: usize, at: u64, kind: Access, address: u64, [old, new]: [u64; 2]) -> Event {
    let value = |number: u64| match address {
        LOCK => Value::new(&(number as u32).to_le_bytes()),
        _ => Value::new(&number.to_le_bytes()),
    };
    let (old, new) = (value(old), value(new));
    event(participant, at, What::Access { access: kind, address, old, new })
}

fn change(participant: usize, at: u64, address: u64, values: [u64; 2]) -> Event {
    access(participant, at, Access::ReadModifyWrite, address, values)
}

fn write(participant: usize, at: u64, address: u64, values: [u64; 2]) -> Event {
    access(participant, at, Access::Write, address, values)
}

fn read(participant: usize, at: u64, address: u64, value: u64) -> Event {
    access(participant, at, Access::Read, address, [value, value])
}

fn call(participant: usize, operation: &str, answer: Option<&str>) -> Call {
    Call {
        participant,
        operation: operation.to_owned(),
        answer: answer.map(str::to_owned),
        invocation: 0,
        response: 0,
        encoded: Vec::new(),
        encoded_answer: None,
    }
}

/// P0 dies with the lock while P1 sleeps; P1 goes on, and something is missing.
fn execution() -> Vec<Event> {
    let wait = What::Wait { address: LOCK, expected: 0x8000_0065, sleeps: true };
    let robust = What::Robust { address: LOCK, old: 0x8000_0065, new: 0xc000_0000, woken: vec![1] };
    let clock = Event {
        participant: None,
        at: 0,
        caller: 0,
        what: What::Time { now: 50_000_000, over: vec![1] },
    };
    vec![
        event(0, 0, What::Invocation("put(1)".to_owned())),
        change(0, 10, LOCK, [0, 101]),
        write(0, 11, RING, [0, 8]),
        write(0, 12, RING + 8, [0, 1]),
        write(0, 13, OTHER, [0, 7]),
        event(1, 0, What::Invocation("put(2)".to_owned())),
        read(1, 20, LOCK, 101),
        read(1, 20, LOCK, 101),
        change(1, 21, LOCK, [101, 101 | WAITERS]),
        event(1, 22, wait),
        event(0, 14, What::Crash),
        event(0, 0, robust),
        change(1, 10, LOCK, [OWNER_DIED | WAITERS, 102 | WAITERS]),
        write(1, 30, TAIL, [0, 2 << 32 | 2]),
        change(1, 31, LOCK, [102 | WAITERS, 0]),
        event(1, 32, What::Wake { address: LOCK, woken: vec![] }),
        event(1, 0, What::Response("Ok(())".to_owned())),
        clock,
        event(1, 0, What::End(End::Exited(0))),
        read(2, 40, TAIL, 2 << 32 | 2),
        read(2, 41, LINK, 0),
        event(2, 0, What::Failure("an item is missing".to_owned())),
    ]
}

fn source(event: &Event) -> String {
    format!("core/src/a.rs:{}", event.at)
}

fn shown(all: bool, draw: fn(&Timeline<'_>) -> String) -> String {
    let roles = ["producer".to_owned(), "P1".to_owned()];
    let calls = vec![call(0, "put(1)", None), call(1, "put(2)", Some("Ok(())"))];
    let history = History { calls, deaths: vec![Some(11), None] };
    draw(&Timeline {
        scenario: "queue-put",
        roles: &roles,
        events: &execution(),
        history: &history,
        words: &words(),
        source: &source,
        critical: Some(13),
        closing: "an item is missing",
        replay: "forkstep replay target/forkstep/queue-put.schedule",
        all,
    })
}

#[test]
fn the_text_is_a_table() {
    let text = shown(false, |timeline| timeline.text());
    assert_eq!(text, include_str!("tests/folded.txt"), "\n{text}");
}

#[test]
fn all_rows_are_shown_if_asked_for() {
    let (folded, all) =
        (shown(false, |timeline| timeline.text()), shown(true, |timeline| timeline.text()));
    assert_eq!(all.lines().count(), folded.lines().count() + 4, "\n{all}");
    assert!(all.contains("unnamed word 1 0 -> 7"), "\n{all}");
    assert!(all.contains("queue.ring+8 0 -> 1"), "\n{all}");
}

#[test]
fn the_page_holds_the_same_table() {
    let page = shown(false, |timeline| timeline.html());
    assert_eq!(page.matches("<tr").count(), 1 + 18, "\n{page}");
    assert!(page.contains("<td>core/src/a.rs:10</td>"), "\n{page}");
    let crash = "<tr class=\"crash\"><th scope=\"row\">11</th><td>CRASH</td>";
    assert!(page.contains(crash), "\n{page}");
    assert!(page.contains("queue.tail 0 at 0 -&gt; 1 at 2 <strong>(from this step"), "\n{page}");
    assert!(page.contains("<td colspan=\"2\">time passes: it is 50 ms, P1 no longer"), "\n{page}");
}
