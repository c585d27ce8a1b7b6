//! Workload: acquire and release with nobody else about.

use std::hint::black_box;
use std::time::Instant;

use crate::locks::BenchLock;

/// Acquires and releases `operations` times and gives nanoseconds per operation.
///
/// # Panics
///
/// When the lock does.
pub fn block<L: BenchLock>(lock: &L, operations: u64) -> f64 {
    let mut count = 0u64;
    let start = Instant::now();
    for _ in 0..operations {
        lock.with(|| count = black_box(count) + 1);
    }
    let elapsed = start.elapsed();
    assert_eq!(count, operations, "every operation ran under the lock");
    elapsed.as_nanos() as f64 / operations as f64
}
