//! From choices to segments.

use super::super::machine::Choice;
use super::key::Key;
use super::{Segment, Stand, Until};

/// Writes an execution down, choice by choice.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    segments: Vec<Segment>,
    running: Option<Running>,
}

/// A segment that has not ended yet.
#[derive(Clone, Debug)]
struct Running {
    participant: usize,
    /// Where it came to stand after each of its steps.
    passed: Vec<Key>,
    stand: Stand,
    source: String,
}

impl Recorder {
    /// Begins where nobody has made a step.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes a choice, and where its participant stands after it; of a crash or of time, where
    /// anybody stands does not matter. `source` says where in the source that is.
    pub fn note(&mut self, choice: Choice, stand: Stand, source: &str) {
        let participant = match choice {
            Choice::Step(participant) => participant,
            Choice::Crash(participant) => return self.alone(Segment::Crash(participant)),
            Choice::Time => return self.alone(Segment::Time),
        };
        if self.running.as_ref().is_none_or(|running| running.participant != participant) {
            self.end();
        }
        let mut passed = self.running.take().map_or(Vec::new(), |running| running.passed);
        if let Stand::At(key) = &stand {
            passed.push(key.clone());
        }
        self.running = Some(Running { participant, passed, stand, source: source.to_owned() });
    }

    /// The segments of all that was noted.
    #[must_use]
    pub fn finish(mut self) -> Vec<Segment> {
        self.end();
        self.segments
    }

    fn alone(&mut self, segment: Segment) {
        self.end();
        self.segments.push(segment);
    }

    fn end(&mut self) {
        let Some(Running { participant, passed, stand, source }) = self.running.take() else {
            return;
        };
        let until = match stand {
            Stand::At(key) => {
                let hit = passed.iter().filter(|other| **other == key).count();
                Until::Hit { key, hit, source }
            }
            Stand::Asleep => Until::Asleep,
            // Killed by its own step, as by a fault.
            Stand::Ended | Stand::Dead => Until::Ended,
        };
        self.segments.push(Segment::Run { participant, until });
    }
}
