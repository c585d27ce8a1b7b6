//! Workload: acquire and release with nobody else about.

use std::hint::black_box;
use std::time::Instant;

use crate::core_wait::CoreWait;
use crate::locks::BenchLock;
use crate::paired::Figure;

/// Acquires and releases `operations` times and gives nanoseconds per operation.
///
/// Nothing is done under the lock: stores of a workload would have to drain before the release,
/// and would be counted as the lock's.
///
/// # Panics
///
/// When the lock does.
pub fn block<L: BenchLock>(lock: &L, operations: u64) -> Figure {
    let before = CoreWait::read();
    let start = Instant::now();
    for _ in 0..operations {
        lock.with(|| black_box(()));
    }
    let elapsed = start.elapsed();
    let value = elapsed.as_nanos() as f64 / operations as f64;
    let waited = CoreWait::read().since(before);
    Figure { value, waited: waited.as_secs_f64() / elapsed.as_secs_f64() }
}
