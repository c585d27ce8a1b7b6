//! Work of a known length: iterations of a loop that the compiler cannot shorten.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Runs `iterations` dependent multiplications.
///
/// Work is counted in iterations and not in time, so that a participant that loses its core
/// still has all of its work before it.
#[inline]
pub fn spin(iterations: u64) {
    let mut state = black_box(0x9E37_79B9_7F4A_7C15_u64);
    for _ in 0..iterations {
        state = black_box(state.wrapping_mul(0x2545_F491_4F6C_DD1D));
    }
}

/// Knows how many iterations fill a stretch of time on this machine.
#[derive(Debug, Clone, Copy)]
pub struct Calibration {
    iterations_per_ns: f64,
}

impl Calibration {
    /// Times the loop: the fastest of 50 blocks, because everything else only slows it down.
    pub fn measure() -> Self {
        const ITERATIONS: u64 = 100_000;
        let fastest = (0..50).map(|_| {
            let start = Instant::now();
            spin(ITERATIONS);
            start.elapsed().as_nanos() as f64
        });
        Self { iterations_per_ns: ITERATIONS as f64 / fastest.fold(f64::INFINITY, f64::min) }
    }

    /// Gives the iterations that last for `time` on a core that nothing else uses.
    pub fn iterations(&self, time: Duration) -> u64 {
        (time.as_nanos() as f64 * self.iterations_per_ns).round() as u64
    }
}
