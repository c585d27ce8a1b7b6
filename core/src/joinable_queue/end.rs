//! Waiting for the end of all tasks, and what is known before it.

use std::cell::Cell;

use super::error::JoinError;
use super::get::NotGot;
use super::shared::Phase;
use super::tasks::Tasks;
use super::unfinished::{DeadLetter, Holding, Joined, Unfinished};
use crate::deadline::next_look;
use crate::enter::{EnterError, Entered, Wait, enter};
use crate::item::Item;
use crate::queue::{GetError, NotDone, attempt};

impl Tasks {
    /// Waits until every task is done or a dead letter.
    pub(super) fn join(&self, wait: Wait) -> Result<Joined, JoinError> {
        let buried = Cell::new(false);
        let now = |entered: &Entered<'_>| self.join_now(entered, wait, &buried);
        let rest = |()| {
            let ticket = self.head.finished.announce();
            if self.unfinished_count() > 0 {
                self.head.finished.wait(ticket, next_look(wait.deadline()));
            }
            // All who wait for the end are woken at once.
            false
        };
        let joined = attempt(&self.consumers, wait, now, rest, || ());
        if buried.get() {
            self.notify_if_finished();
        }
        match joined {
            Ok(joined) => Ok(joined),
            Err(NotDone::Yet(()) | NotDone::Enter(EnterError::TimedOut | EnterError::Busy)) => {
                Err(JoinError::TimedOut(self.unfinished()))
            }
            Err(NotDone::Enter(EnterError::Refused)) => Err(JoinError::Refused),
            Err(NotDone::Ever(()) | NotDone::Enter(EnterError::Corrupt)) => Err(JoinError::Corrupt),
        }
    }

    fn join_now(
        &self,
        entered: &Entered<'_>,
        wait: Wait,
        buried: &Cell<bool>,
    ) -> Result<Joined, NotDone<(), ()>> {
        self.repair_after(entered);
        // Orphans that nobody may get any more are not waited for.
        self.survey(wait, buried).map_err(|refused| match refused {
            NotGot::Enter(error) => NotDone::Enter(error),
            NotGot::Yet(_) | NotGot::Ever(_) => NotDone::Ever(()),
        })?;
        let tasks = self.tail.look().count();
        // LINEARIZES: join, when it counts the puts and finds all of them finished.
        if self.unfinished_count() > 0 {
            return Err(NotDone::Yet(()));
        }
        Ok(Joined { tasks, dead_letters: self.head.dead_letters() as usize })
    }

    /// Who holds what, seen in passing: without the lock, which a stopped process may hold.
    pub(super) fn unfinished(&self) -> Unfinished {
        let gets = self.head.gets();
        let idle = self.last_freed();
        let phase = |slot: usize| match self.slots[slot].state().phase {
            // A consumer that died may have left it so.
            _ if idle == Some(slot) => Phase::Idle,
            phase => phase,
        };
        let leased =
            |slot: &usize| phase(*slot) == Phase::Leased && self.labels[*slot].number() < gets;
        let holding = |slot: usize| Holding {
            task: self.labels[slot].number(),
            owner: self.leases[slot].owner(),
            deliveries: self.slots[slot].state().deliveries,
        };
        let slots = 0..self.slots.len();
        let mut holdings: Vec<_> = slots.clone().filter(leased).map(holding).collect();
        holdings.sort_by_key(|holding| holding.task);
        Unfinished {
            queued: self.len(),
            holdings,
            dead_letters: slots.filter(|slot| phase(*slot) == Phase::DeadLetter).count(),
        }
    }

    /// Takes the dead letter that was put first, if there is one.
    pub(super) fn take_dead_letter(&self) -> Result<Option<DeadLetter>, GetError> {
        let entered = enter(&self.consumers, Wait::Not).map_err(NotGot::Enter)?;
        self.repair_after(&entered);
        let dead = |slot: &usize| self.slots[*slot].state().phase == Phase::DeadLetter;
        let first = (0..self.slots.len()).filter(dead).min_by_key(|s| self.labels[*s].number());
        let Some(slot) = first else { return Ok(None) };
        let (task, deliveries) = (self.labels[slot].number(), self.slots[slot].state().deliveries);
        let mut bytes = Item::new();
        self.read(slot, &mut bytes)?;
        self.give_back_slot(slot);
        self.head.set_dead_letters(self.head.dead_letters().saturating_sub(1));
        drop(entered);
        self.head.room.notify(1);
        self.notify_if_finished();
        Ok(Some(DeadLetter { task, deliveries, bytes: bytes.into_vec() }))
    }
}
