//! What the participants of one execution do, as a value that proptest draws and shrinks.

use std::fmt;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};

use crate::plans::board::Stage;
use crate::plans::item::Name;
use crate::plans::pause::{Pause, pauses};
use crate::plans::program::{
    self, Death, How, Participant, deaths, hows, participants, some_sleep,
};

/// The most keys that a plan uses.
pub(super) const KEYS: usize = 4;
/// The most participants.
pub(super) const PARTICIPANTS: usize = 4;

/// Two to four participants that use a few keys of one small dict.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) bytes: usize,
    pub(super) shards: usize,
    pub(super) seed: u64,
    pub(super) keys: u8,
    pub(super) participants: Vec<Participant<Step>>,
    pub(super) stops: Vec<Stop>,
}

/// A participant is stopped where it is for a while, and then goes on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stop {
    /// Which participant; taken modulo their number.
    participant: u8,
    /// After this many thousandths of its program.
    pub(super) part: u16,
    pub(super) length: Duration,
}

/// One operation.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) verb: Verb,
    /// Which key; taken modulo their number.
    key: u8,
    /// How long it waits for a lock: not at all, some time, or as long as it takes.
    pub(super) how: How,
    pub(super) before: Pause,
    /// While an update holds the lock.
    pub(super) inside: Pause,
    /// The length of a value to write, in thousandths of the longest that fits.
    length: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Get,
    ContainsKey,
    Insert,
    Remove,
    Take,
    Update,
    CompareAndSet,
    GetOrInsertWith,
    Clear,
    Iter,
    Len,
}

impl Plan {
    pub(super) fn key(&self, step: &Step) -> u8 {
        step.key % self.keys
    }

    /// Which participant a stop is for.
    pub(super) fn stopped(&self, stop: Stop) -> usize {
        usize::from(stop.participant) % self.participants.len()
    }

    /// The longest value that a shard could ever hold: beside a table of four slots, the words of
    /// the lengths and of the key.
    pub(super) fn longest(&self) -> usize {
        let half = self.bytes.div_ceil(8).div_ceil(self.shards);
        8 * (half - 4 - 2)
    }

    /// How long the value of this name is; `None` if nobody writes it.
    pub(super) fn length(&self, Name { producer, number }: Name) -> Option<usize> {
        let writer = self.participants.get(usize::from(producer))?;
        let length = program::length(self.longest(), writer.step(number).length);
        (number < writer.attempts).then_some(length)
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bytes, shards, seed, keys, participants, stops } = self;
        write!(f, "\n  a dict for {bytes} bytes in {shards} shards, seed {seed}; {keys} keys")?;
        for (index, participant) in participants.iter().enumerate() {
            participant.describe(f, index, "operations")?;
        }
        let mut stops = stops.iter().map(|stop| (self.stopped(*stop), stop));
        stops.try_for_each(|(index, Stop { part, length, .. })| {
            write!(f, "\n  P{index} is stopped for {length:?} after {part} thousandths")
        })
    }
}

/// Draws plans; the simplest are two gets on one key.
pub(super) fn plans() -> impl Strategy<Value = Plan> {
    let bytes = prop_oneof![2 => 128_usize..=512, 1 => 128_usize..=4096];
    let shards = prop_oneof![Just(1_usize), Just(2)];
    let participants = vec(participants(steps(), 0.5, some_long(deaths(STAGES))), 2..=PARTICIPANTS);
    let keys = 1..=KEYS as u8;
    (bytes, shards, any::<u8>(), keys, participants, vec(stops(), 0..=STOPS)).prop_map(
        |(bytes, shards, seed, keys, participants, stops)| Plan {
            bytes,
            shards,
            seed: seed.into(),
            keys,
            participants,
            stops,
        },
    )
}

/// The most stops in a plan.
const STOPS: usize = 16;

fn stops() -> impl Strategy<Value = Stop> {
    (any::<u8>(), 0_u16..1000, 50_u64..=2000).prop_map(|(participant, part, us)| Stop {
        participant,
        part,
        length: Duration::from_micros(us),
    })
}

/// Where participants stay until they are killed.
const STAGES: &[Stage] = &[Stage::Holding, Stage::Holding, Stage::Awaiting];

/// Some are stopped so long before they are killed that the time of others runs out.
fn some_long(deaths: impl Strategy<Value = Death>) -> impl Strategy<Value = Death> {
    let delay = prop_oneof![2 => Just(None), 1 => (1_u64..=30).prop_map(Some)];
    (deaths, delay).prop_map(|(death, delay)| match delay {
        Some(ms) => Death { delay: Duration::from_millis(ms), stopped_first: true, ..death },
        None => death,
    })
}

fn steps() -> impl Strategy<Value = Step> {
    // Some are empty, most are short, some are longer than half of what fits, and a few than all.
    let length = prop_oneof![1 => 0_u16..=0, 6 => 1_u16..=300, 2 => 300_u16..=1000,
        1 => 900_u16..=1100];
    (verbs(), any::<u8>(), more_tries(), some_sleep(), pauses(), length).prop_map(
        |(verb, key, how, before, inside, length)| Step { verb, key, how, before, inside, length },
    )
}

/// Who tries is seen not to wait, and goes on beside one that stays inside.
fn more_tries() -> impl Strategy<Value = How> {
    prop_oneof![2 => hows(), 1 => Just(How::Try)]
}

fn verbs() -> impl Strategy<Value = Verb> {
    prop_oneof![
        8 => Just(Verb::Get),
        2 => Just(Verb::ContainsKey),
        8 => Just(Verb::Insert),
        4 => Just(Verb::Remove),
        3 => Just(Verb::Take),
        8 => Just(Verb::Update),
        6 => Just(Verb::CompareAndSet),
        4 => Just(Verb::GetOrInsertWith),
        1 => Just(Verb::Clear),
        2 => Just(Verb::Iter),
        1 => Just(Verb::Len),
    ]
}
