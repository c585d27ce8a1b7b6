//! What is done to a region and with it, as bytes.

use std::fmt;
use std::str::FromStr;

use super::damage::Damage;
use super::specimen::{KINDS, KindOfSpecimen};
use crate::draw::Draw;

/// The bytes in front of the steps: kind, flavour, size, and one to spare.
const HEAD: usize = 4;
/// The bytes of a step.
const STEP: usize = 8;
/// The most steps of a script.
const MOST: usize = 24;

/// What is done, as bytes: any bytes are a script.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Script(Vec<u8>);

/// Who corrupts, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flavour {
    /// The user itself, between its operations.
    Between,
    /// The user itself, between the release of one handle and the opening of another.
    BeforeOpening,
    /// Another process, all the time.
    Meanwhile,
}

/// One step.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Damage(Damage),
    Use(Use),
}

/// An operation, which the type that is used makes something of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Use {
    pub(super) operation: u8,
    pub(super) argument: u16,
}

impl Script {
    /// Any bytes are a script; what is too much is left out.
    pub(super) fn new(bytes: &[u8]) -> Self {
        let mut bytes = bytes[..bytes.len().min(HEAD + MOST * STEP)].to_vec();
        let steps = bytes.len().saturating_sub(HEAD).next_multiple_of(STEP);
        bytes.resize(HEAD + steps, 0);
        // A script that is kept goes on meaning the same when types are added.
        bytes[0] %= KINDS.len() as u8;
        Self(bytes)
    }

    /// The script of this number.
    pub(super) fn draw(seed: u64, number: u64) -> Self {
        let mut draw = Draw::new(seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let steps = 2 + draw.below(MOST as u64 - 1) as usize;
        Self::new(&draw.bytes(HEAD + steps * STEP))
    }

    pub(super) fn kind(&self) -> &'static KindOfSpecimen {
        &KINDS[usize::from(self.0[0])]
    }

    pub(super) fn flavour(&self) -> Flavour {
        match self.0[1] % 8 {
            0..4 => Flavour::Between,
            4..7 => Flavour::BeforeOpening,
            _ => Flavour::Meanwhile,
        }
    }

    /// How large the object is: the type makes something of it.
    pub(super) fn size(&self) -> u8 {
        self.0[2]
    }

    pub(super) fn steps(&self) -> impl Iterator<Item = Step> + '_ {
        self.0[HEAD..].as_chunks::<STEP>().0.iter().map(Step::of)
    }

    pub(super) fn damages(&self) -> impl Iterator<Item = Damage> + '_ {
        self.steps().filter_map(|step| match step {
            Step::Damage(damage) => Some(damage),
            Step::Use(_) => None,
        })
    }

    /// How often it is to be executed before it is taken for harmless.
    pub(super) fn chances(&self, chances: usize) -> usize {
        if self.flavour() == Flavour::Meanwhile { chances } else { 1 }
    }

    /// Scripts that do less, the boldest first.
    pub(super) fn smaller(&self) -> Vec<Self> {
        let steps = (self.0.len() - HEAD) / STEP;
        let without = |from: usize, to: usize| {
            let mut bytes = self.0.clone();
            bytes.drain(HEAD + from * STEP..HEAD + to * STEP);
            Self(bytes)
        };
        let halves = [(0, steps / 2), (steps / 2, steps)];
        let halves = halves.into_iter().filter(|_| steps > 3);
        let ones = (0..steps).map(|at| (at, at + 1));
        halves.chain(ones).map(|(from, to)| without(from, to)).collect()
    }
}

impl Step {
    fn of(bytes: &[u8; STEP]) -> Self {
        let [code, operation, ..] = *bytes;
        if code % 5 < 2 {
            Self::Damage(Damage::of(*bytes))
        } else {
            let argument = u16::from_le_bytes([bytes[2], bytes[3]]);
            Self::Use(Use { operation, argument })
        }
    }
}

/// The bytes in hexadecimal digits.
impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What the bytes mean.
impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {:?}, size {}", self.kind().name, self.flavour(), self.size())?;
        for step in self.steps() {
            match step {
                Step::Damage(damage) => write!(f, "\n  {damage}")?,
                Step::Use(Use { operation, argument }) => {
                    write!(f, "\n  use {operation} ({argument})")?;
                }
            }
        }
        Ok(())
    }
}

impl FromStr for Script {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits =
            |at: usize| text.get(at..at + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
        let bytes: Option<Vec<u8>> = (0..text.len()).step_by(2).map(digits).collect();
        Ok(Self::new(&bytes.ok_or_else(|| format!("no hexadecimal digits: {text}"))?))
    }
}

#[cfg(test)]
mod tests {
    use super::Script;

    #[test]
    fn any_bytes_are_a_script_and_survive_as_text() {
        for len in [0, 1, 4, 5, 12, 1000] {
            let script = Script::new(&vec![0xa5; len]);
            let text = script.to_string();
            assert_eq!(text.parse::<Script>().as_ref(), Ok(&script), "{len} bytes");
            assert!(script.steps().count() <= 24 && !format!("{script:?}").is_empty());
        }
        assert!("xy".parse::<Script>().is_err());
    }

    #[test]
    fn smaller_scripts_have_fewer_steps() {
        let script = Script::draw(1, 2);
        let steps = script.steps().count();
        let smaller = script.smaller();
        assert!(smaller.len() >= steps);
        assert!(smaller.iter().all(|script| script.steps().count() < steps));
    }
}
