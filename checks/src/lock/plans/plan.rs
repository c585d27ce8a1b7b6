//! What the participants of one execution do, as a value that proptest draws and shrinks.

use std::fmt;
use std::time::Duration;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};

use crate::plans::pause::{Pause, pauses, share};

/// Two to four participants that use one lock.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) participants: Vec<Participant>,
}

/// One process: how often it goes through its steps, and whether it is killed.
#[derive(Clone, Debug)]
pub(super) struct Participant {
    /// How many attempts it makes to take the lock; the steps are taken in turn.
    pub(super) attempts: u16,
    pub(super) steps: Vec<Step>,
    pub(super) death: Option<Death>,
}

/// One attempt to take the lock, and what is done with it.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) how: How,
    pub(super) outside: Pause,
    /// Between the first and the second half of a change of what the lock guards.
    pub(super) inside: Pause,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum How {
    Acquire,
    Try,
    Timeout(Duration),
}

/// A SIGKILL, roughly when.
#[derive(Clone, Debug)]
pub(super) struct Death {
    pub(super) when: When,
    /// How long the killer spins after it has seen that the moment has come.
    pub(super) delay: Duration,
    /// Stops the participant first, so that what it holds is known exactly when it dies.
    pub(super) stopped_first: bool,
}

#[derive(Clone, Debug)]
pub(super) enum When {
    /// After this many thousandths of its program, wherever that is.
    Thousandths(u16),
    /// While it holds the lock, what the lock guards half changed, at about this many thousandths.
    Inside(u16),
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, participant) in self.participants.iter().enumerate() {
            let Participant { attempts, steps, death } = participant;
            write!(f, "\n  P{index}: {attempts} attempts")?;
            steps.iter().try_for_each(|step| write!(f, ", {step:?}"))?;
            match death {
                Some(death) => write!(f, "; {death:?}")?,
                None => f.write_str("; is not killed")?,
            }
        }
        Ok(())
    }
}

impl Participant {
    /// The attempt at which it stays inside until it is killed.
    pub(super) fn last_attempt(&self) -> Option<u16> {
        match self.death {
            Some(Death { when: When::Inside(part), .. }) => Some(share(self.attempts, part)),
            _ => None,
        }
    }
}

/// Draws plans; the simplest are two participants that take the lock once.
pub(super) fn plans() -> impl Strategy<Value = Plan> {
    vec(participants(), 2..=4).prop_map(|participants| Plan { participants })
}

fn participants() -> impl Strategy<Value = Participant> {
    (1_u16..=200, vec(steps(), 1..=4), option::weighted(0.5, deaths()))
        .prop_map(|(attempts, steps, death)| Participant { attempts, steps, death })
}

fn steps() -> impl Strategy<Value = Step> {
    let how = prop_oneof![
        4 => Just(How::Acquire),
        1 => Just(How::Try),
        2 => (0_u64..=60).prop_map(|ms| How::Timeout(Duration::from_millis(ms))),
    ];
    let inside = prop_oneof![12 => pauses(), 1 => (50_u64..=400).prop_map(|us| {
        Pause::Sleep(Duration::from_micros(us))
    })];
    (how, pauses(), inside).prop_map(|(how, outside, inside)| Step { how, outside, inside })
}

fn deaths() -> impl Strategy<Value = Death> {
    let when = prop_oneof![
        2 => (0_u16..1000).prop_map(When::Thousandths),
        1 => (0_u16..1000).prop_map(When::Inside),
    ];
    (when, 0_u64..=60, any::<bool>()).prop_map(|(when, us, stopped_first)| Death {
        when,
        delay: Duration::from_micros(us),
        stopped_first,
    })
}
