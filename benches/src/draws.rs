//! Draws keys, the same ones each time that it is asked with the same seed.

/// How many keys there are.
pub const KEYS: usize = 10_000;

/// Is an endless sequence of draws, made by an xorshift generator of 64 bits.
#[derive(Debug, Clone)]
pub struct Draws(u64);

/// Is one draw.
#[derive(Debug, Clone, Copy)]
pub struct Draw(u64);

impl Draws {
    /// Starts the sequence of a participant in a block.
    pub fn new(participant: usize, block: u64) -> Self {
        // Neighbouring seeds give neighbouring first draws, so they are spread; and none is 0.
        let seed = (block << 8 | participant as u64) + 1;
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }
}

impl Iterator for Draws {
    type Item = Draw;

    #[inline]
    fn next(&mut self) -> Option<Draw> {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        Some(Draw(self.0))
    }
}

impl Draw {
    /// Gives the index of the key.
    #[inline]
    pub fn index(self) -> usize {
        share(self.0 >> 32, KEYS as u64) as usize
    }

    /// Says whether this is the tenth part of the draws in which something else is done.
    #[inline]
    pub fn is_one_of_ten(self) -> bool {
        share(self.0 & u64::from(u32::MAX), 10) == 0
    }
}

/// Spreads 32 bits evenly over 0 to `most`, without it.
#[inline]
fn share(bits: u64, most: u64) -> u64 {
    (bits * most) >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_and_a_tenth_are_drawn() {
        let drawn = || Draws::new(1, 7).take(20 * KEYS);
        let mut times = vec![0; KEYS];
        drawn().for_each(|draw| times[draw.index()] += 1);
        assert!(times.iter().all(|n| (1..60).contains(n)), "{times:?}");
        let tenth = drawn().filter(|draw| draw.is_one_of_ten()).count();
        assert!((19_000..21_000).contains(&tenth), "{tenth}");
    }

    #[test]
    fn participants_draw_different_keys() {
        let first = |me, block| Draws::new(me, block).take(4).map(Draw::index).collect::<Vec<_>>();
        assert_ne!(first(0, 1), first(1, 1));
        assert_ne!(first(0, 1), first(0, 2));
        assert_eq!(first(1, 2), first(1, 2));
    }
}
