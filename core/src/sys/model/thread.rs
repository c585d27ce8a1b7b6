//! Who runs, in the model.

use std::cell::Cell;

use super::kernel;
pub(crate) use super::robust::{Current, current};

thread_local! {
    /// The execution has failed: from here on every operation does nothing, because unwinding
    /// runs destructors that must not come back into the explorer.
    static ABORTED: Cell<bool> = const { Cell::new(false) };
}

/// Returns true while the calling participant unwinds a panic.
pub(crate) fn panicking() -> bool {
    kernel::with(|kernel| kernel.me().is_some_and(|me| kernel.unwinding[me]))
}

/// Runs `f`, normally the drop of a guard, as if a panic were being unwound by this participant.
///
/// A real panic cannot be used: the panic count belongs to the operating system's thread, on which
/// all participants of a model run in turn.
pub fn unwinding<R>(f: impl FnOnce() -> R) -> R {
    kernel::with(|kernel| kernel.set_unwinding(true));
    let result = f();
    kernel::with(|kernel| kernel.set_unwinding(false));
    result
}

/// Lets the other participants run: for loops that wait for them.
pub fn yield_now() {
    kernel::loom_op(loom::thread::yield_now);
}

/// Says that the execution on this thread has failed, or that a new one starts.
pub fn set_aborted(aborted: bool) {
    ABORTED.set(aborted);
}

/// Returns true from a failure of the execution on this thread to the start of the next.
pub fn aborted() -> bool {
    ABORTED.get()
}
