//! Getting tasks: orphans first, then those that are queued.

use std::cell::Cell;

use super::shared::{Phase, State};
use super::tasks::{Taken, Tasks};
use crate::deadline::next_look;
use crate::enter::{Entered, Wait, enter};
use crate::item::Item;
use crate::lock::Guard;
use crate::queue::{GetError, NoGet, NotDone, attempt};
use crate::sys::WaitOutcome;

/// The orphans that may be delivered again.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Survey {
    /// The slot of the one that was put first.
    oldest: Option<usize>,
    /// Whether there are others.
    more: bool,
}

/// Why there was no get, with the count of puts as it was then.
pub(super) type NotGot = NotDone<u64, NoGet>;

impl Tasks {
    /// Takes the oldest orphan, or else the oldest queued task.
    pub(super) fn get(&self, wait: Wait) -> Result<Taken<'_>, GetError> {
        let buried = Cell::new(false);
        let rest = |puts| {
            let more = || {
                let returned = u64::from(self.head.has_return());
                let puts = self.tail.look().count().saturating_sub(puts);
                puts.saturating_add(returned).min(u32::MAX.into()) as u32
            };
            if self.head.patience.spin(self.size.items as u32, more) {
                return false;
            }
            let ticket = self.tail.tasks.announce();
            if more() > 0 || self.is_over() {
                return false;
            }
            self.tail.tasks.wait(ticket, next_look(wait.deadline())) == WaitOutcome::Woken
        };
        let now = |entered: &Entered<'_>| self.get_now(entered, wait, &buried);
        // Whoever is in there is perhaps no getter: a wake that cannot be used is passed on.
        let taken = attempt(&self.consumers, wait, now, rest, || self.tail.tasks.pass_on());
        if buried.get() {
            self.notify_if_finished();
        }
        let taken = taken?;
        self.head.room.notify(1);
        Ok(taken)
    }

    fn get_now(
        &self,
        entered: &Entered<'_>,
        wait: Wait,
        buried: &Cell<bool>,
    ) -> Result<Taken<'_>, NotGot> {
        self.repair_after(entered);
        let mut puts = self.head.seen();
        if puts.count() <= self.head.gets() {
            puts = self.head.see(&self.tail);
        }
        let queued = puts.count() > self.head.gets();
        let told = self.head.take_return();
        let open = self.taken() > self.head.dead_letters();
        let glance = || self.is_orphan(self.head.next_cursor(self.slots.len()));
        if (told || open && (!queued || glance()))
            && let Some(taken) = self.take_orphan(wait, buried)?
        {
            return Ok(taken);
        }
        if queued {
            return self.take_queued(wait);
        }
        if puts.is_closed() && !self.held_by_others() {
            return Err(NotDone::Ever(NoGet::Closed));
        }
        Err(NotDone::Yet(puts.count()))
    }

    fn take_queued(&self, wait: Wait) -> Result<Taken<'_>, NotGot> {
        let slot = self.entry(self.head.gets()).ok_or(NotDone::Ever(NoGet::Corrupt))?;
        // CRASH: the task is queued; the lease has a dead owner, which the next getter minds not.
        let guard = self.lease(slot, wait)?;
        // CRASH: the task is queued, because `head` has not passed it, whatever its state says.
        self.slots[slot].set_state(State::leased(1));
        self.head.step();
        Ok(Taken { slot, guard, deliveries: 1 })
    }

    /// Takes the orphan that was put first; those delivered too often become dead letters.
    fn take_orphan(&self, wait: Wait, buried: &Cell<bool>) -> Result<Option<Taken<'_>>, NotGot> {
        let Survey { oldest, more } = self.survey(wait, buried)?;
        if more {
            self.head.announce_return();
        }
        let Some(slot) = oldest else { return Ok(None) };
        let guard = self.lease(slot, wait)?;
        let deliveries = self.slots[slot].state().deliveries.saturating_add(1);
        // LINEARIZES: get of an orphan.
        // CRASH: before it, the task is an orphan as it was; after it, one delivered once more.
        self.slots[slot].set_state(State::leased(deliveries));
        Ok(Some(Taken { slot, guard, deliveries }))
    }

    /// Looks at all slots for orphans, and makes dead letters of those that were delivered as often
    /// as allowed.
    pub(super) fn survey(&self, wait: Wait, buried: &Cell<bool>) -> Result<Survey, NotGot> {
        let mut survey = Survey::default();
        let mut first = u64::MAX;
        for slot in (0..self.slots.len()).filter(|slot| self.is_orphan(*slot)) {
            let State { deliveries, .. } = self.slots[slot].state();
            if deliveries >= self.size.max_deliveries {
                let _guard = self.lease(slot, wait)?;
                self.bury(slot, deliveries);
                buried.set(true);
                continue;
            }
            survey.more = survey.oldest.is_some();
            let number = self.labels[slot].number();
            if number < first {
                (survey.oldest, first) = (Some(slot), number);
            }
        }
        Ok(survey)
    }

    /// Enters the lease of a slot that nobody who lives holds.
    pub(super) fn lease(&self, slot: usize, wait: Wait) -> Result<Guard<'_>, NotGot> {
        enter(&self.leases[slot], wait).map(|entered| entered.guard).map_err(NotDone::Enter)
    }

    pub(super) fn is_orphan(&self, slot: usize) -> bool {
        self.slots[slot].state().phase == Phase::Leased
            && self.labels[slot].number() < self.head.gets()
            && !self.leases[slot].is_held()
    }

    /// Whether a task is held by another thread than this, or by nobody who lives.
    fn held_by_others(&self) -> bool {
        let mine = self.leases.iter().filter(|lease| lease.is_mine()).count() as u64;
        self.taken() > self.head.dead_letters().saturating_add(mine)
    }

    /// Whether the queue is closed and nothing is left to do.
    pub(super) fn is_over(&self) -> bool {
        self.tail.look().is_closed() && self.unfinished_count() == 0
    }

    /// Copies a task that the caller has taken.
    pub(super) fn read(&self, slot: usize, task: &mut Item) -> Result<(), GetError> {
        let len = usize::try_from(self.labels[slot].len()).unwrap_or(usize::MAX);
        if len > self.size.task_bytes {
            return Err(GetError::Corrupt);
        }
        self.bytes.with(slot * self.size.task_bytes, len, |bytes| task.set(bytes, &[]));
        Ok(())
    }
}
