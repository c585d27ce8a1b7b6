//! What the participants of one execution do, as a value that proptest draws and shrinks.

use std::fmt;

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, prop_oneof};

use super::objects::BURST;
use crate::plans::board::Stage;
use crate::plans::pause::{Pause, pauses};
use crate::plans::program::{How, Participant, deaths, hows, participants, some_sleep};

/// Two to six participants.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) participants: Vec<Participant<Step>>,
}

/// One attempt.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) operation: Operation,
    /// How it waits for the lock, where it keeps that.
    pub(super) how: How,
    pub(super) before: Pause,
    /// With the lock held.
    pub(super) inside: Pause,
    /// How many values it gets or sets.
    pub(super) burst: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    /// Gets the long value, again and again.
    Get,
    /// Sets it.
    Set,
    /// Sets it with the lock held, and finds it so afterwards.
    SetHolding,
    /// Adds one to the number by `update`.
    Update,
    /// By `fetch_add`.
    Add,
    /// By `compare_exchange`.
    Exchange,
    /// By `update` with the lock held.
    UpdateHolding,
    /// Adds one to each element of the array, with the lock held.
    Fill,
    /// Copies the array: each element is whole.
    Copy,
}

impl Operation {
    pub(super) fn sets(self) -> bool {
        matches!(self, Self::Set | Self::SetHolding)
    }

    pub(super) fn adds_to_number(self) -> bool {
        matches!(self, Self::Update | Self::Add | Self::Exchange | Self::UpdateHolding)
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut participants = self.participants.iter().enumerate();
        participants.try_for_each(|(index, program)| program.describe(f, index, "attempts"))
    }
}

/// Draws plans; the simplest are two participants that get a value once.
pub(super) fn plans() -> impl Strategy<Value = Plan> {
    let deaths = deaths(&[Stage::Holding, Stage::Awaiting]);
    vec(participants(steps(), 0.5, deaths), 2..=6).prop_map(|participants| Plan { participants })
}

fn steps() -> impl Strategy<Value = Step> {
    let operation = prop_oneof![
        2 => Just(Operation::Get),
        3 => Just(Operation::Set),
        2 => Just(Operation::SetHolding),
        2 => Just(Operation::Update),
        1 => Just(Operation::Add),
        1 => Just(Operation::Exchange),
        2 => Just(Operation::UpdateHolding),
        3 => Just(Operation::Fill),
        1 => Just(Operation::Copy),
    ];
    (operation, hows(), pauses(), some_sleep(), 1..=BURST).prop_map(
        |(operation, how, before, inside, burst)| Step { operation, how, before, inside, burst },
    )
}
