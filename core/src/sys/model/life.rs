//! Life lines of the model: the kernel counts who holds them.
//!
//! Each clone of a [`Hold`] is as one of a process of its own, as a fork would copy it. A
//! participant that dies leaves its holds to the kernel, which lets them go after the walk of the
//! robust list, as Linux does.

use std::cell::Cell;
use std::panic::Location;
use std::rc::Rc;

use loom::sync::atomic::AtomicUsize;

use super::super::{CallError, Ordering};
use super::kernel::{self, Kernel, loom_op, step};
use super::trace::What;

/// One line. The kernel keeps the count; loom has to know who comes before whom.
#[derive(Debug)]
pub(super) struct Line {
    number: usize,
    order: AtomicUsize,
}

impl Line {
    /// One hold less; the change and the count are one step.
    fn let_go(&self, at: &'static Location<'static>) {
        // A Release, so that who finds the line gone sees what led to it; in the real kernel the
        // pipe's mutex sees to that.
        loom_op(|| self.order.fetch_add(1, Ordering::Release));
        kernel::with(|kernel| {
            kernel.holders[self.number] -= 1;
            kernel.record(What::Life { step: "let go" }, at);
        });
    }
}

impl Kernel {
    /// Notes a hold of the calling participant that is to be let go after its death.
    fn leave_open(&mut self, line: &Rc<Line>) {
        if let Some(me) = self.me {
            self.left_open[me].push(Rc::clone(line));
        }
    }

    /// Takes the last note back: the participant lives.
    fn take_back(&mut self) {
        if let Some(me) = self.me {
            self.left_open[me].pop();
        }
    }
}

/// Makes a line with one holder.
///
/// # Errors
///
/// Never, in the model.
pub(crate) fn line() -> Result<(Hold, Watch), CallError> {
    let number = kernel::with(|kernel| {
        kernel.holders.push(1);
        kernel.holders.len() - 1
    });
    let line = Rc::new(Line { number, order: AtomicUsize::new(0) });
    Ok((Hold { line: Rc::clone(&line), open: Cell::new(true) }, Watch { line }))
}

/// Holds a line.
#[derive(Debug)]
pub(crate) struct Hold {
    line: Rc<Line>,
    open: Cell<bool>,
}

impl Clone for Hold {
    fn clone(&self) -> Self {
        if self.open.get() {
            // No step: as long as there is this hold, nobody can tell.
            kernel::with(|kernel| kernel.holders[self.line.number] += 1);
        }
        Self { line: Rc::clone(&self.line), open: self.open.clone() }
    }
}

impl Hold {
    /// Ends this hold.
    #[track_caller]
    pub(crate) fn close(&self) {
        let at = Location::caller();
        if !self.open.take() {
            return;
        }
        // Its participant may be dead, or die right here: then it is the kernel's to let go.
        kernel::with(|kernel| kernel.leave_open(&self.line));
        if step() {
            kernel::with(Kernel::take_back);
            self.line.let_go(at);
        }
    }

    /// Whether it was not closed.
    pub(crate) fn is_open(&self) -> bool {
        self.open.get()
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.close();
    }
}

/// Sees whether anybody holds a line.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    line: Rc<Line>,
}

impl Watch {
    /// Whether nobody holds the line any more.
    #[track_caller]
    pub(crate) fn is_gone(&self) -> bool {
        let at = Location::caller();
        if !step() {
            return false;
        }
        // A read-modify-write reads the newest; an Acquire, as for `let_go`.
        loom_op(|| self.line.order.fetch_add(0, Ordering::Acquire));
        kernel::with(|kernel| {
            let gone = kernel.holders[self.line.number] == 0;
            let step = if gone { "gone" } else { "somebody holds it" };
            kernel.record(What::Life { step }, at);
            gone
        })
    }
}

/// What the kernel does for a participant that has died, once its robust list is walked.
#[track_caller]
pub(super) fn close_after_death(participant: usize) {
    let at = Location::caller();
    let lines = kernel::with(|kernel| std::mem::take(&mut kernel.left_open[participant]));
    for line in lines {
        line.let_go(at);
    }
}
