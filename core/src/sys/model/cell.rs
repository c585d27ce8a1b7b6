//! Plain shared memory of the model: loom finds data races on it.

use std::panic::Location;

use super::kernel::{self, loom_op, step};
use super::trace::What;

/// Plain memory that several participants may reach, one of them at a time.
#[derive(Debug)]
pub struct UnsafeCell<T> {
    cell: loom::cell::UnsafeCell<T>,
    name: &'static str,
}

impl<T> UnsafeCell<T> {
    /// Makes a cell with this value.
    pub fn new(value: T) -> Self {
        Self::named(value, "cell")
    }

    /// Makes a cell with this value and a name for timelines.
    pub fn named(value: T, name: &'static str) -> Self {
        Self { cell: loom::cell::UnsafeCell::new(value), name }
    }

    /// Calls `f` with a pointer to read through: one shared step. Returns the default,
    /// without the call, for a participant that is dead.
    #[track_caller]
    pub fn with<R: Default>(&self, f: impl FnOnce(*const T) -> R) -> R {
        let at = Location::caller();
        if !step() {
            return R::default();
        }
        let result = loom_op(|| self.cell.with(f));
        kernel::with(|kernel| kernel.record(What::ReadCell { cell: self.name }, at));
        result.unwrap_or_default()
    }

    /// Calls `f` with a pointer to write through: one shared step. Returns the default,
    /// without the call, for a participant that is dead.
    #[track_caller]
    pub fn with_mut<R: Default>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        let at = Location::caller();
        if !step() {
            return R::default();
        }
        let result = loom_op(|| self.cell.with_mut(f));
        kernel::with(|kernel| kernel.record(What::WriteCell { cell: self.name }, at));
        result.unwrap_or_default()
    }
}
