//! What a test draws, the same for each seed.

use std::env;

/// The seed that the environment says, or 1.
pub(crate) fn seed() -> u64 {
    env::var("FORKSTEP_SEED").map_or(1, |text| text.parse().expect("FORKSTEP_SEED: a number"))
}

/// Numbers that look random and are the same for each seed.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `sides`.
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        // Knuth's multiplier; the high bits are the good ones.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % sides
    }
}
