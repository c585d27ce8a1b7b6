//! What the participants of one execution do, as a value that proptest draws and shrinks.

use std::fmt;
use std::iter::repeat_n;
use std::ops::Range;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, prop_oneof};

use crate::plans::board::Stage;
use crate::plans::item::{NAMED, Name};
use crate::plans::pause::Pause;
use crate::plans::program::{self, How, Participant, deaths, hows, participants, some_sleep};

/// One to three producers, as many consumers, who may join, and who takes the place of a consumer
/// that was killed.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) size: Size,
    pub(super) producers: Vec<Participant<Step>>,
    pub(super) consumers: Vec<Participant<Step>>,
    pub(super) joiners: Vec<Participant<Step>>,
    pub(super) replacements: Vec<Participant<Step>>,
    /// After how many thousandths of the puts the parent closes the queue; `None`: once the last
    /// producer has ended.
    pub(super) close: Option<u16>,
}

/// What the queue is made for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    pub(super) items: usize,
    pub(super) leases: usize,
    pub(super) task_bytes: usize,
    pub(super) max_deliveries: u32,
}

/// One put, get or join.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) how: How,
    pub(super) before: Pause,
    /// The length of a task to put, in thousandths of the longest that fits.
    pub(super) length: u16,
    /// How long a consumer works on a task.
    pub(super) work: Pause,
    /// Whether it gives it back then.
    pub(super) drops: bool,
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { size: Size { items, leases, task_bytes, max_deliveries }, .. } = self;
        write!(f, "\n  a queue for {items} tasks of {task_bytes} bytes and {leases} leases")?;
        write!(f, ", {max_deliveries} deliveries each")?;
        match self.close {
            Some(part) => write!(f, "; closed after {part} thousandths of the puts")?,
            None => f.write_str("; closed when all is put")?,
        }
        let kinds = repeat_n("puts", self.producers.len())
            .chain(repeat_n("gets", self.consumers.len()))
            .chain(repeat_n("joins", self.joiners.len()))
            .chain(repeat_n("gets in the place of one that was killed", self.replacements.len()));
        for (index, (participant, kind)) in self.participants().zip(kinds).enumerate() {
            participant.describe(f, index, kind)?;
        }
        Ok(())
    }
}

impl Plan {
    /// Those who are there from the beginning, and then the replacements.
    pub(super) fn participants(&self) -> impl Iterator<Item = &Participant<Step>> {
        self.at_first().chain(&self.replacements)
    }

    /// The producers, the consumers, and who joins.
    pub(super) fn at_first(&self) -> impl Iterator<Item = &Participant<Step>> {
        self.producers.iter().chain(&self.consumers).chain(&self.joiners)
    }

    /// Whether the participant of this number gets tasks.
    pub(super) fn consumes(&self, index: usize) -> bool {
        let producers = self.producers.len();
        let joiners = self.joiners();
        (producers..joiners.start).contains(&index) || index >= joiners.end
    }

    pub(super) fn joiners(&self) -> Range<usize> {
        let first = self.producers.len() + self.consumers.len();
        first..first + self.joiners.len()
    }

    /// The longest task that fits.
    pub(super) fn longest(&self) -> usize {
        self.size.task_bytes.next_multiple_of(8)
    }

    /// How long the task of this name is; `None` if nobody puts it.
    pub(super) fn length(&self, Name { producer, number }: Name) -> Option<usize> {
        let producer = self.producers.get(usize::from(producer))?;
        let length = program::length(self.longest(), producer.step(number).length);
        // None is empty: each has a name.
        (number < producer.attempts).then_some(length.max(NAMED))
    }

    pub(super) fn all_puts(&self) -> u64 {
        self.producers.iter().map(|producer| u64::from(producer.attempts)).sum()
    }
}

/// Draws plans; the simplest are a put and a get on a queue for one task.
pub(super) fn plans() -> impl Strategy<Value = Plan> {
    let consumer_deaths =
        || deaths(&[Stage::Awaiting, Stage::Holding, Stage::Finishing, Stage::Holding]);
    let producers = vec(participants(steps(), 0.3, deaths(&[Stage::Awaiting])), 1..=3);
    let consumers = vec(participants(steps(), 0.6, consumer_deaths()), 1..=3);
    let joiners = vec(participants(steps(), 0.3, deaths(&[Stage::Awaiting])), 0..=1);
    let replacements = vec(participants(steps(), 0.4, consumer_deaths()), 0..=3);
    let close = option::weighted(0.25, 0_u16..1000);
    (sizes(), producers, consumers, joiners, replacements, close).prop_map(
        |(size, producers, consumers, joiners, replacements, close)| Plan {
            size,
            producers,
            consumers,
            joiners,
            replacements,
            close,
        },
    )
}

fn sizes() -> impl Strategy<Value = Size> {
    let items = prop_oneof![1_usize..=3, 1_usize..=64];
    let leases = prop_oneof![1_usize..=3, 1_usize..=64];
    let task_bytes = prop_oneof![NAMED..=64, NAMED..=4096];
    let max_deliveries = prop_oneof![1_u32..=3, 1_u32..=100];
    (items, leases, task_bytes, max_deliveries).prop_map(
        |(items, leases, task_bytes, max_deliveries)| Size {
            items,
            leases,
            task_bytes,
            max_deliveries,
        },
    )
}

fn steps() -> impl Strategy<Value = Step> {
    // Most are short, and a few longer than fits.
    let length = prop_oneof![6 => 1_u16..=300, 2 => 300_u16..=1000, 1 => 900_u16..=1100];
    let drops = prop_oneof![5 => Just(false), 1 => Just(true)];
    (hows(), some_sleep(), length, some_sleep(), drops)
        .prop_map(|(how, before, length, work, drops)| Step { how, before, length, work, drops })
}
