//! What the participants of one execution do, as a value that proptest draws and shrinks.

use std::fmt;
use std::time::Duration;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};

use super::board::ATTEMPTS;
use crate::plans::pause::{Pause, pauses, share};

/// One to three producers and as many consumers on one queue.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) items: usize,
    /// How many bytes the ring is made for.
    pub(super) bytes: usize,
    pub(super) producers: Vec<Participant>,
    pub(super) consumers: Vec<Participant>,
    /// After how many thousandths of the puts the parent closes the queue; `None`: once the last
    /// producer has ended.
    pub(super) close: Option<u16>,
}

/// One process: how often it goes through its steps, and whether it is killed.
#[derive(Clone, Debug)]
pub(super) struct Participant {
    /// How many items it puts or gets; the steps are taken in turn.
    pub(super) attempts: u16,
    pub(super) steps: Vec<Step>,
    pub(super) death: Option<Death>,
}

/// One put or get.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) how: How,
    pub(super) before: Pause,
    /// The length of an item to put, in thousandths of the longest that fits.
    pub(super) length: u16,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum How {
    /// By the calls for bytes.
    Bytes,
    /// By the calls for values; the other kinds too.
    Value,
    Try,
    Timeout(Duration),
}

/// A SIGKILL, roughly when.
#[derive(Clone, Debug)]
pub(super) struct Death {
    pub(super) when: When,
    /// How long the killer spins after it has seen that the moment has come.
    pub(super) delay: Duration,
    /// Stops the participant first, for so long that the others notice.
    pub(super) stopped_first: bool,
}

#[derive(Clone, Debug)]
pub(super) enum When {
    /// After this many thousandths of its program, wherever that is.
    Thousandths(u16),
    /// Right after the put or get at about this many thousandths has returned.
    After(u16),
    /// While it sleeps on a futex.
    Asleep,
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
            let Participant { attempts, steps, death } = participant;
            write!(f, "\n  P{index}: {attempts} {kind}")?;
            steps.iter().try_for_each(|step| write!(f, ", {step:?}"))?;
            match death {
                Some(death) => write!(f, "; {death:?}")?,
                None => f.write_str("; is not killed")?,
            }
        }
        Ok(())
    }
}

impl Plan {
    /// The producers and then the consumers.
    pub(super) fn participants(&self) -> impl Iterator<Item = &Participant> {
        self.producers.iter().chain(&self.consumers)
    }

    /// The longest item that fits the ring.
    pub(super) fn longest(&self) -> usize {
        self.bytes.next_multiple_of(8) - 8
    }

    /// How long the item of this number is.
    pub(super) fn length(&self, producer: usize, number: u16) -> usize {
        let steps = &self.producers[producer].steps;
        let thousandths = steps[usize::from(number) % steps.len()].length;
        match self.longest() * usize::from(thousandths) / 1000 {
            0 => 0,
            length => length.max(super::item::NAMED),
        }
    }

    pub(super) fn all_puts(&self) -> u64 {
        self.producers.iter().map(|producer| u64::from(producer.attempts)).sum()
    }
}

impl Participant {
    /// The attempt after which it stays where it is until it is killed.
    pub(super) fn last_attempt(&self) -> Option<u16> {
        match self.death {
            Some(Death { when: When::After(part), .. }) => Some(share(self.attempts, part)),
            _ => None,
        }
    }
}

/// Draws plans; the simplest are a put and a get on a queue for one item.
pub(super) fn plans() -> impl Strategy<Value = Plan> {
    let items = prop_oneof![1_usize..=3, 1_usize..=64];
    let bytes = prop_oneof![16_usize..=64, 16_usize..=1024, 16_usize..=65_536];
    let producers = vec(participants(0.3), 1..=3);
    let consumers = vec(participants(0.4), 1..=3);
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

fn participants(of_death: f64) -> impl Strategy<Value = Participant> {
    (1..=ATTEMPTS as u16, vec(steps(), 1..=4), option::weighted(of_death, deaths()))
        .prop_map(|(attempts, steps, death)| Participant { attempts, steps, death })
}

fn steps() -> impl Strategy<Value = Step> {
    let how = prop_oneof![
        3 => Just(How::Bytes),
        2 => Just(How::Value),
        1 => Just(How::Try),
        2 => (0_u64..=60).prop_map(|ms| How::Timeout(Duration::from_millis(ms))),
    ];
    let before = prop_oneof![12 => pauses(), 1 => (50_u64..=400).prop_map(|us| {
        Pause::Sleep(Duration::from_micros(us))
    })];
    // Some are empty, most are short, some are longer than half the ring, and a few than all of it.
    let length = prop_oneof![1 => Just(0_u16), 6 => 1_u16..=300, 2 => 300_u16..=1000,
        1 => 900_u16..=1100];
    (how, before, length).prop_map(|(how, before, length)| Step { how, before, length })
}

fn deaths() -> impl Strategy<Value = Death> {
    let when = prop_oneof![
        3 => (0_u16..1000).prop_map(When::Thousandths),
        1 => (0_u16..1000).prop_map(When::After),
        2 => Just(When::Asleep),
    ];
    (when, 0_u64..=60, any::<bool>()).prop_map(|(when, us, stopped_first)| Death {
        when,
        delay: Duration::from_micros(us),
        stopped_first,
    })
}
