//! What the end of a participant does, by a kill or by itself.

use super::kernel::{Mark, RobustHead};
use super::machine::Machine;
use super::participant::Standing;
use super::robust;
use super::trace::What;
use crate::ptrace::End;

impl Machine<'_> {
    pub(super) fn crash(&mut self, index: usize) {
        let head = self.robust_head(index);
        self.participants[index].kept = None;
        self.happened_to(index, What::Crash);
        self.note_end_of_calls(index);
        // Its pages are known no more when it is gone; if they cannot be, nothing goes back there.
        self.participants[index].tainted |= self.note_pages(index).is_err();
        if let Some(process) = self.participants[index].process.take() {
            process.kill();
        }
        self.participants[index].standing = Standing::Dead;
        self.bury(index, head);
    }

    /// Does what the kernel does when a participant is gone.
    fn bury(&mut self, index: usize, head: RobustHead) {
        let thread = self.participants[index].thread();
        let marks = self.kernel.bury(index, thread, head, &mut self.memory);
        for Mark { address, old, new, woken } in marks {
            self.happened_to(index, What::Robust { address, old, new, woken: woken.clone() });
            woken.into_iter().for_each(|woken| self.return_from_call(woken, 0));
        }
    }

    pub(super) fn robust_head(&self, index: usize) -> RobustHead {
        let process = self.participants[index].process.as_ref();
        process.map(robust::head).unwrap_or_default()
    }

    pub(super) fn ended(&mut self, index: usize, end: End) {
        self.happened_to(index, What::End(end));
        if end != End::Exited(0) && self.wrong.is_none() {
            self.wrong = Some(format!("{} ends with {end:?}", self.scenario.who(index)));
        }
        let head = self.robust_head(index);
        self.bury(index, head);
    }
}
