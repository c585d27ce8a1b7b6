//! What one participant of a plan does, and what it dies of: drawn and shrunk.

use std::fmt::{self, Debug};
use std::time::Duration;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};

use super::board::{ATTEMPTS, Stage};
use super::item::NAMED;
use super::pause::{Pause, pauses, share};

/// One process: how often it goes through its steps, and whether it is killed.
#[derive(Clone, Debug)]
pub(crate) struct Participant<S> {
    /// How many attempts it makes; the steps are taken in turn.
    pub(crate) attempts: u16,
    pub(crate) steps: Vec<S>,
    pub(crate) death: Option<Death>,
}

/// How long a call waits.
#[derive(Clone, Copy, Debug)]
pub(crate) enum How {
    Wait,
    Try,
    Timeout(Duration),
}

/// A SIGKILL, roughly when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Death {
    pub(crate) when: When,
    /// How long the killer spins after it has seen that the moment has come.
    pub(crate) delay: Duration,
    /// Stops the participant first, for so long that the others notice.
    pub(crate) stopped_first: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum When {
    /// After this many thousandths of its program, wherever that is.
    Thousandths(u16),
    /// In this stage, in the attempt at about this many thousandths, or the next that comes to it.
    In(Stage, u16),
    /// While it sleeps on a futex.
    Asleep,
}

impl<S> Participant<S> {
    /// In which stage it stays until it is killed, and from which attempt on.
    pub(crate) fn last(&self) -> Option<(Stage, u16)> {
        match self.death?.when {
            When::In(stage, part) => Some((stage, share(self.attempts, part))),
            When::Thousandths(_) | When::Asleep => None,
        }
    }

    /// Whether it stays in that stage of its attempt of that number until it is killed.
    pub(crate) fn stays(&self, stage: Stage, number: u16) -> bool {
        self.last().is_some_and(|(at, from)| at == stage && number >= from)
    }

    /// The step of the attempt of that number.
    pub(crate) fn step(&self, number: u16) -> &S {
        &self.steps[usize::from(number) % self.steps.len()]
    }
}

impl<S: Debug> Participant<S> {
    /// Writes a line of a plan.
    pub(crate) fn describe(
        &self,
        f: &mut fmt::Formatter<'_>,
        index: usize,
        kind: &str,
    ) -> fmt::Result {
        let Self { attempts, steps, death } = self;
        write!(f, "\n  P{index}: {attempts} {kind}")?;
        steps.iter().try_for_each(|step| write!(f, ", {step:?}"))?;
        match death {
            Some(death) => write!(f, "; {death:?}"),
            None => f.write_str("; is not killed"),
        }
    }
}

/// That many thousandths of the longest item: either empty or long enough for a name.
pub(crate) fn length(longest: usize, thousandths: u16) -> usize {
    match longest * usize::from(thousandths) / 1000 {
        0 => 0,
        length => length.max(NAMED),
    }
}

pub(crate) fn participants<S: Debug>(
    steps: impl Strategy<Value = S>,
    of_death: f64,
    deaths: impl Strategy<Value = Death>,
) -> impl Strategy<Value = Participant<S>> {
    (1..=ATTEMPTS as u16, vec(steps, 1..=4), option::weighted(of_death, deaths))
        .prop_map(|(attempts, steps, death)| Participant { attempts, steps, death })
}

pub(crate) fn hows() -> impl Strategy<Value = How> {
    prop_oneof![
        5 => Just(How::Wait),
        1 => Just(How::Try),
        2 => (0_u64..=60).prop_map(|ms| How::Timeout(Duration::from_millis(ms))),
    ]
}

/// Draws pauses, few of them with a sleep.
pub(crate) fn some_sleep() -> impl Strategy<Value = Pause> {
    prop_oneof![12 => pauses(), 1 => (50_u64..=400).prop_map(|us| {
        Pause::Sleep(Duration::from_micros(us))
    })]
}

/// Draws deaths at any moment, in sleep, and in these stages.
pub(crate) fn deaths(stages: &'static [Stage]) -> impl Strategy<Value = Death> {
    let when = prop_oneof![
        3 => (0_u16..1000).prop_map(When::Thousandths),
        stages.len() as u32 => (0..stages.len(), 0_u16..1000)
            .prop_map(|(stage, part)| When::In(stages[stage], part)),
        2 => Just(When::Asleep),
    ];
    (when, 0_u64..=60, any::<bool>()).prop_map(|(when, us, stopped_first)| Death {
        when,
        delay: Duration::from_micros(us),
        stopped_first,
    })
}
