//! Putting tasks, and the end of that.

use super::tasks::Tasks;
use crate::deadline::next_look;
use crate::enter::{Wait, enter};
use crate::queue::{NoPut, NotDone, PutError, attempt};
use crate::sys::WaitOutcome;

/// Why there was no put, with the limit of puts as it was then.
type NotPut = NotDone<u64, NoPut>;

impl Tasks {
    /// Up to which count of puts there is room now.
    pub(super) fn look_for_room(&self) -> u64 {
        // No sum of what was read may overflow: another process may have spoilt it.
        self.head.gets().saturating_add(self.size.items as u64).min(self.head.look_free())
    }

    pub(super) fn put(&self, task: &[u8], wait: Wait) -> Result<(), PutError> {
        let (len, max) = (task.len(), self.size.task_bytes);
        if len > max {
            return Err(PutError::TooLarge { len, max });
        }
        let rest = |limit| {
            let more = || self.look_for_room().saturating_sub(limit).min(u32::MAX.into()) as u32;
            let most = self.size.items as u32;
            if self.tail.patience.spin(most, more) {
                return false;
            }
            let ticket = self.head.room.announce();
            if more() > 0 || self.tail.look().is_closed() {
                return false;
            }
            self.head.room.wait(ticket, next_look(wait.deadline())) == WaitOutcome::Woken
        };
        // As for gets of the plain queue: whoever is in there puts a task, or looks again.
        attempt(&self.producers, wait, |_| self.put_now(task), rest, || ())?;
        self.tail.tasks.notify(1);
        Ok(())
    }

    fn put_now(&self, task: &[u8]) -> Result<(), NotPut> {
        let puts = self.tail.own();
        if puts.is_closed() {
            return Err(NotDone::Ever(NoPut::Closed));
        }
        if puts.count() >= self.tail.limit() {
            let limit = self.look_for_room();
            self.tail.set_limit(limit);
            if puts.count() >= limit {
                return Err(NotDone::Yet(limit));
            }
        }
        let slot = self.entry(puts.count()).ok_or(NotDone::Ever(NoPut::Corrupt))?;
        self.labels[slot].describe(puts.count(), task.len());
        self.bytes.write(slot * self.size.task_bytes, task);
        self.tail.step();
        Ok(())
    }

    pub(super) fn close(&self) -> Result<(), PutError> {
        let entered = enter(&self.producers, Wait::Not).map_err(NotPut::Enter)?;
        self.tail.close();
        drop(entered);
        // CRASH: the queue is closed; whoever waits finds out at its backstop.
        self.tail.tasks.notify_all();
        self.head.room.notify_all();
        Ok(())
    }
}
