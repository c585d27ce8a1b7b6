//! What the participants of one execution do, as a value that proptest draws and shrinks.

use std::fmt;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Strategy, any, prop_oneof};

use crate::plans::board::Stage;
use crate::plans::item::Name;
use crate::plans::pause::Pause;
use crate::plans::program::{self, How, Participant, deaths, hows, participants, some_sleep};

/// One to three producers and as many consumers on one queue.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) items: usize,
    /// How many bytes the ring is made for.
    pub(super) bytes: usize,
    pub(super) producers: Vec<Participant<Step>>,
    pub(super) consumers: Vec<Participant<Step>>,
    /// After how many thousandths of the puts the parent closes the queue; `None`: once the last
    /// producer has ended.
    pub(super) close: Option<u16>,
}

/// One put or get.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) how: How,
    /// Whether it uses the calls for bytes, where it waits.
    pub(super) as_bytes: bool,
    pub(super) before: Pause,
    /// The length of an item to put, in thousandths of the longest that fits.
    pub(super) length: u16,
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n  a queue for {} items and {} bytes", self.items, self.bytes)?;
        match self.close {
            Some(part) => write!(f, "; closed after {part} thousandths of the puts")?,
            None => f.write_str("; closed when all is put")?,
        }
        let kinds = ["puts"; 3][..self.producers.len()].iter().chain(&["gets"; 3]);
        for (index, (participant, kind)) in self.participants().zip(kinds).enumerate() {
            participant.describe(f, index, kind)?;
        }
        Ok(())
    }
}

impl Plan {
    /// The producers and then the consumers.
    pub(super) fn participants(&self) -> impl Iterator<Item = &Participant<Step>> {
        self.producers.iter().chain(&self.consumers)
    }

    /// The longest item that fits the ring.
    pub(super) fn longest(&self) -> usize {
        self.bytes.next_multiple_of(8) - 8
    }

    /// How long the item of this name is; `None` if nobody puts it.
    pub(super) fn length(&self, Name { producer, number }: Name) -> Option<usize> {
        let producer = self.producers.get(usize::from(producer))?;
        let length = program::length(self.longest(), producer.step(number).length);
        (number < producer.attempts).then_some(length)
    }

    pub(super) fn all_puts(&self) -> u64 {
        self.producers.iter().map(|producer| u64::from(producer.attempts)).sum()
    }
}

/// Draws plans; the simplest are a put and a get on a queue for one item.
pub(super) fn plans() -> impl Strategy<Value = Plan> {
    let items = prop_oneof![1_usize..=3, 1_usize..=64];
    let bytes = prop_oneof![16_usize..=64, 16_usize..=1024, 16_usize..=65_536];
    let producers = vec(participants(steps(), 0.3, deaths(&[Stage::Awaiting])), 1..=3);
    let consumers = vec(participants(steps(), 0.4, deaths(&[Stage::Awaiting])), 1..=3);
    let close = option::weighted(0.25, 0_u16..1000);
    (items, bytes, producers, consumers, close).prop_map(
        |(items, bytes, producers, consumers, close)| Plan {
            items,
            bytes,
            producers,
            consumers,
            close,
        },
    )
}

fn steps() -> impl Strategy<Value = Step> {
    // Some are empty, most are short, some are longer than half the ring, and a few than all of it.
    let length = prop_oneof![1 => 0_u16..=0, 6 => 1_u16..=300, 2 => 300_u16..=1000,
        1 => 900_u16..=1100];
    (hows(), any::<bool>(), some_sleep(), length).prop_map(|(how, as_bytes, before, length)| Step {
        how,
        as_bytes,
        before,
        length,
    })
}
