//! Counterexamples as a picture: a row for every event, a lane for every participant.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use forkstep_model::sys::WaitOutcome;
use forkstep_model::sys::model::{Event, What};

use crate::backend::model::Counterexample;

/// The width of a lane.
const LANE: usize = 34;

/// A counterexample with its timeline, for a person to read.
#[must_use]
pub fn of_counterexample(found: &Counterexample) -> String {
    let mut text = String::new();
    let participants = found.plan.participants;
    // Writing to a String cannot fail.
    let _ = render(&mut text, found, participants);
    text
}

fn render(text: &mut String, found: &Counterexample, participants: usize) -> fmt::Result {
    writeln!(text, "counterexample: {}", found.message)?;
    let crashes: Vec<_> = found
        .plan
        .crashes
        .iter()
        .map(|crash| format!("P{} dies in front of its step {}", crash.participant, crash.step))
        .collect();
    if !crashes.is_empty() {
        writeln!(text, "planned: {}", crashes.join("; "))?;
    }
    writeln!(text)?;
    write!(text, "step ")?;
    for participant in 0..participants {
        write!(text, "{:<LANE$}", format!("P{participant}"))?;
    }
    writeln!(text, "source")?;
    // What the set-up does is the same in every execution.
    let set_up = |event: &&Event| event.participant.is_none();
    for (step, event) in found.trace.iter().skip_while(set_up).enumerate() {
        row(text, step + 1, event, participants)?;
    }
    writeln!(text)?;
    let last = last_values(&found.trace);
    let words: Vec<_> = last.iter().map(|(word, value)| format!("{word} = {value}")).collect();
    writeln!(text, "at the end: {}", words.join(", "))?;
    writeln!(text, "wrong: {}", found.message)?;
    let order: Vec<_> = found.order.iter().map(|p| format!("P{p}")).collect();
    write!(text, "found in execution {}, order {}", found.execution, order.join(" "))
}

fn row(text: &mut String, step: usize, event: &Event, participants: usize) -> fmt::Result {
    let what = describe(&event.what);
    let Some(actor) = event.participant else {
        let width = LANE * participants;
        return writeln!(text, "{step:>4} {:<width$}{}", format!("({what})"), source(event));
    };
    let lane = |participant| if participant == actor { what.as_str() } else { "" };
    let lanes: String = (0..participants).map(|p| format!("{:<LANE$}", lane(p))).collect();
    writeln!(text, "{}", format!("{step:>4} {lanes}{}", source(event)).trim_end())
}

/// File and line, without what leads to it on the machine that built it.
fn source(event: &Event) -> String {
    if matches!(event.what, What::End | What::Crash) {
        return String::new();
    }
    let file = event.at.file();
    let short = file.rsplit_once("src/").map_or(file, |(_, short)| short);
    format!("{short}:{}", event.at.line())
}

fn describe(what: &What) -> String {
    match what {
        What::Load { word, value } => format!("{word} reads {}", number(*value)),
        What::Write { word, old, new } if old == new => format!("{word} stays {}", number(*new)),
        What::Write { word, old, new } => format!("{word} {} -> {}", number(*old), number(*new)),
        What::Refused { word, value } => format!("{word} is {}: refused", number(*value)),
        What::ReadCell { cell } => format!("reads {cell}"),
        What::WriteCell { cell } => format!("writes {cell}"),
        What::Sleep { word } => format!("sleeps on {word}"),
        What::Return { word, outcome } => format!("{word}: {}", ended(*outcome)),
        What::Wake { word, woken } => format!("wakes {woken} on {word}"),
        What::Robust { step } => format!("robust list: {step}"),
        What::Life { step } => format!("life line: {step}"),
        What::Crash => "CRASH".to_owned(),
        What::End => "ends".to_owned(),
        What::Note(text) => text.clone(),
    }
}

fn ended(outcome: WaitOutcome) -> &'static str {
    match outcome {
        WaitOutcome::Woken => "woken",
        WaitOutcome::Mismatch => "changed, no sleep",
        WaitOutcome::Interrupted => "interrupted",
        WaitOutcome::TimedOut => "timed out",
    }
}

/// A number in decimal; a large one, which is mostly of bit fields, in hexadecimal.
pub(crate) fn number(value: u64) -> String {
    if value < 0x1000_0000 { value.to_string() } else { format!("{value:#x}") }
}

fn last_values(trace: &[Event]) -> BTreeMap<&'static str, String> {
    let written = trace.iter().filter_map(|event| match &event.what {
        What::Write { word, new, .. } => Some((*word, number(*new))),
        _ => None,
    });
    written.collect()
}
