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
        let Self { bytes, shards, seed, keys, participants } = self;
        write!(f, "\n  a dict for {bytes} bytes in {shards} shards, seed {seed}; {keys} keys")?;
        for (index, participant) in participants.iter().enumerate() {
            participant.describe(f, index, "operations")?;
        }
        Ok(())
    }
}

/// Draws plans; the simplest are two gets on one key.
pub(super) fn plans() -> impl Strategy<Value = Plan> {
    let bytes = prop_oneof![2 => 128_usize..=512, 1 => 128_usize..=4096];
    let shards = prop_oneof![Just(1_usize), Just(2)];
    let participants = vec(participants(steps(), 0.5, some_long(deaths(STAGES))), 2..=PARTICIPANTS);
    (bytes, shards, any::<u8>(), 1..=KEYS as u8, participants).prop_map(
        |(bytes, shards, seed, keys, participants)| Plan {
            bytes,
            shards,
            seed: seed.into(),
            keys,
            participants,
        },
    )
}

/// Where participants stay until they are killed.
const STAGES: &[Stage] = &[Stage::Holding, Stage::Holding, Stage::Awaiting];

/// Some are stopped so long before they are killed that the time of others runs out.
fn some_long(deaths: impl Strategy<Value = Death>) -> impl Strategy<Value = Death> {
    let delay = prop_oneof![8 => Just(None), 1 => (1_u64..=30).prop_map(Some)];
    (deaths, delay).prop_map(|(death, delay)| match delay {
        Some(ms) => Death { delay: Duration::from_millis(ms), stopped_first: true, ..death },
        None => death,
    })
}

fn steps() -> impl Strategy<Value = Step> {
    // Some are empty, most are short, some are longer than half of what fits, and a few than all.
    let length = prop_oneof![1 => 0_u16..=0, 6 => 1_u16..=300, 2 => 300_u16..=1000,
        1 => 900_u16..=1100];
    (verbs(), any::<u8>(), hows(), some_sleep(), pauses(), length).prop_map(
        |(verb, key, how, before, inside, length)| Step { verb, key, how, before, inside, length },
    )
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
