//! What becomes of a task that was taken: done, given back, or a dead letter.

use super::shared::{Phase, Slot, State};
use super::tasks::{Taken, Tasks};
use crate::enter::{EnterError, Entered, Wait, enter};

impl Tasks {
    /// Ends a task, whose slot becomes free. False if the lease is not the caller's.
    pub(super) fn done(&self, taken: Taken<'_>) -> Result<bool, EnterError> {
        let entered = enter(&self.consumers, Wait::Not)?;
        self.repair_after(&entered);
        if !taken.guard.holds() {
            return Ok(false);
        }
        self.give_back_slot(taken.slot);
        drop(taken.guard);
        drop(entered);
        self.head.room.notify(1);
        self.notify_if_finished();
        Ok(true)
    }

    /// Gives a task back undone: the next getter gets it, unless it was delivered too often.
    pub(super) fn give_back(&self, taken: Taken<'_>) {
        if taken.deliveries >= self.size.max_deliveries {
            return self.reject(taken, Wait::Not);
        }
        if taken.guard.holds() {
            drop(taken.guard);
            self.head.announce_return();
            self.tail.tasks.notify(1);
        }
    }

    /// Makes a dead letter of a task that its consumer cannot use. If the queue cannot be entered
    /// within the time, the task is given back, and the next getter sees what is to be done.
    pub(super) fn reject(&self, taken: Taken<'_>, wait: Wait) {
        let Ok(entered) = enter(&self.consumers, wait) else { return };
        self.repair_after(&entered);
        if taken.guard.holds() {
            self.bury(taken.slot, taken.deliveries);
            drop(taken.guard);
            drop(entered);
            self.notify_if_finished();
        }
    }

    /// Makes a dead letter of a task whose lease the caller holds.
    pub(super) fn bury(&self, slot: usize, deliveries: u32) {
        // LINEARIZES: the end of the task as a dead letter.
        // CRASH: before it, the task is an orphan; after it, a dead letter that is not counted yet:
        // invariant 3.
        self.slots[slot].set_state(State::dead_letter(deliveries));
        self.head.set_dead_letters(self.head.dead_letters().saturating_add(1));
    }

    /// Moves a slot from taken to free.
    pub(super) fn give_back_slot(&self, slot: usize) {
        self.set_entry(self.head.free(), slot);
        self.head.step_free();
        // CRASH: before it, the phase is old: invariant 3.
        self.slots[slot].set_state(State::IDLE);
    }

    /// Corrects what a consumer left that died while it held the consumers' lock: invariant 3.
    pub(super) fn repair_after(&self, entered: &Entered<'_>) {
        if entered.owner_died {
            self.repair();
        }
    }

    /// The slot that was freed last, if it is still free or queued: its phase may be old.
    pub(super) fn last_freed(&self) -> Option<usize> {
        let last = self.head.free().wrapping_sub(1);
        if last >= self.head.gets() { self.entry(last) } else { None }
    }

    #[cold]
    fn repair(&self) {
        if let Some(slot) = self.last_freed() {
            // CRASH: done again by the next; it was idle or ought to be.
            self.slots[slot].set_state(State::IDLE);
        }
        let dead = |slot: &&Slot| slot.state().phase == Phase::DeadLetter;
        self.head.set_dead_letters(self.slots.iter().filter(dead).count() as u64);
    }

    /// Wakes those who wait for the end, if it is reached. What the caller did last was a
    /// read-modify-write.
    pub(super) fn notify_if_finished(&self) {
        let seen = self.head.seen();
        // Tasks are only ever added: with what was seen of them last, it is not the end.
        if seen.count() <= self.finished_count() && self.unfinished_count() == 0 {
            self.head.finished.notify_all();
        }
        // Perhaps nothing can come back any more: getters see for themselves. Those that sleep
        // have seen the end of the puts, or are woken by it.
        if seen.is_closed() {
            self.tail.tasks.notify_all();
        }
    }
}
