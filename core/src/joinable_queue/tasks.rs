//! The queue of tasks as bytes: who takes what, and what becomes of it.

use std::cell::Cell;

use super::shared::{Head, Phase, Slot, State, Tail};
use crate::deadline::next_look;
use crate::lock::{Guard, Lock};
use crate::queue::{EnterError, Entered, NoGet, NoPut, NotDone, Wait, attempt, enter};
use crate::queue::{GetError, Item, PutError};
use crate::region::{Placed, Region, RegionError};
use crate::sys::{Bytes, WaitOutcome};

/// What a queue of tasks is made for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    /// How many tasks may be queued.
    pub(super) items: usize,
    /// How many more may be leased or dead letters.
    pub(super) leases: usize,
    /// How long a task may be.
    pub(super) task_bytes: usize,
    /// How often a task is delivered.
    pub(super) max_deliveries: u32,
}

/// The most slots of a queue.
const MAX_SLOTS: usize = 1 << 24;

/// Tasks in shared memory.
#[derive(Debug)]
pub(super) struct Tasks {
    producers: Lock,
    pub(super) consumers: Lock,
    pub(super) tail: Placed<Tail>,
    pub(super) head: Placed<Head>,
    pub(super) slots: Placed<[Slot]>,
    pub(super) leases: Vec<Lock>,
    bytes: Bytes,
    size: Size,
}

/// A task in the hands of the calling thread.
#[derive(Debug)]
pub(super) struct Taken<'a> {
    pub(super) slot: usize,
    pub(super) guard: Guard<'a>,
    pub(super) deliveries: u32,
}

/// The orphans that may be delivered again.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Survey {
    /// The slot of the one that was put first.
    oldest: Option<usize>,
    /// Whether there are others.
    more: bool,
}

/// Why there was no put, with the limit of puts as it was then.
type NotPut = NotDone<u64, NoPut>;
/// Why there was no get, with the count of puts as it was then.
pub(super) type NotGot = NotDone<u64, NoGet>;

impl Tasks {
    pub(super) fn new(size: Size) -> Result<Self, RegionError> {
        let Size { items, leases, task_bytes, .. } = size;
        if items == 0 || leases == 0 || task_bytes == 0 {
            return Err(RegionError::Empty);
        }
        let slots = items.saturating_add(leases);
        if slots > MAX_SLOTS {
            return Err(RegionError::TooLarge { bytes: slots, max: MAX_SLOTS });
        }
        let room = task_bytes.checked_next_multiple_of(8).unwrap_or(usize::MAX);
        let bytes = room.saturating_mul(slots).min(Region::MAX);
        let each = size_of::<Slot>() + Lock::FOOTPRINT;
        let around = 2 * Lock::FOOTPRINT + size_of::<Tail>() + size_of::<Head>() + 8 * 128;
        let needed = Bytes::footprint(bytes).saturating_add(slots * each + around);
        let region = Region::anonymous(needed)?;
        let mut entry = 0..slots as u32;
        let slot = || Slot::new(entry.next().unwrap_or(0));
        Ok(Self {
            producers: Lock::new_in(&region)?,
            consumers: Lock::new_in(&region)?,
            tail: Placed::new(&region, Tail::new())?,
            head: Placed::new(&region, Head::new(slots as u64))?,
            slots: Placed::many(&region, slots, slot)?,
            leases: (0..slots).map(|_| Lock::new_in(&region)).collect::<Result<_, _>>()?,
            bytes: region.place_bytes(bytes)?,
            size: Size { task_bytes: room, ..size },
        })
    }

    pub(super) fn size(&self) -> Size {
        self.size
    }

    pub(super) fn len(&self) -> usize {
        loop {
            let gets = self.head.gets();
            let puts = self.tail.look().count();
            if self.head.gets() == gets {
                return (puts.saturating_sub(gets) as usize).min(self.size.items);
            }
        }
    }

    /// How many slots are taken. The caller holds the consumers' lock, or takes it for a hint.
    fn taken(&self) -> u64 {
        (self.head.gets() + self.slots.len() as u64).saturating_sub(self.head.free())
    }

    /// How many tasks are neither done nor dead letters. The caller holds the consumers' lock, or
    /// takes it for a hint.
    pub(super) fn unfinished_count(&self) -> u64 {
        let slots = self.slots.len() as u64;
        let over = self.head.free().saturating_sub(slots) + self.head.dead_letters();
        self.tail.look().count().saturating_sub(over)
    }

    /// Which slot stands at a position of the ring.
    fn entry(&self, position: u64) -> Option<usize> {
        let slot = self.slots[(position % self.slots.len() as u64) as usize].entry() as usize;
        // What another process wrote is checked before it is used.
        (slot < self.slots.len()).then_some(slot)
    }

    /// Up to which count of puts there is room now.
    fn look_for_room(&self) -> u64 {
        (self.head.gets() + self.size.items as u64).min(self.head.look_free())
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
        attempt(&self.producers, wait, |_| self.put_now(task), rest, || self.head.room.pass_on())?;
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
        self.slots[slot].describe(puts.count(), task.len());
        self.bytes.write(slot * self.size.task_bytes, task);
        self.tail.step();
        Ok(())
    }

    pub(super) fn close(&self) -> Result<(), PutError> {
        let entered = enter(&self.producers, Wait::ForEver).map_err(NotPut::Enter)?;
        self.tail.close();
        drop(entered);
        // CRASH: the queue is closed; whoever waits finds out at its backstop.
        self.tail.tasks.notify_all();
        self.head.room.notify_all();
        Ok(())
    }

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
        if told || open && (!queued || self.is_orphan(self.head.next_cursor(self.slots.len()))) {
            if let Some(taken) = self.take_orphan(wait, buried)? {
                return Ok(taken);
            }
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
            let number = self.slots[slot].number();
            if number < first {
                (survey.oldest, first) = (Some(slot), number);
            }
        }
        Ok(survey)
    }

    /// Makes a dead letter of a task whose lease the caller holds.
    fn bury(&self, slot: usize, deliveries: u32) {
        // LINEARIZES: the end of the task as a dead letter.
        // CRASH: before it, the task is an orphan; after it, a dead letter that is not counted yet:
        // invariant 3.
        self.slots[slot].set_state(State::dead_letter(deliveries));
        self.head.set_dead_letters(self.head.dead_letters() + 1);
    }

    /// Enters the lease of a slot that nobody who lives holds.
    fn lease(&self, slot: usize, wait: Wait) -> Result<Guard<'_>, NotGot> {
        enter(&self.leases[slot], wait).map(|entered| entered.guard).map_err(NotDone::Enter)
    }

    fn is_orphan(&self, slot: usize) -> bool {
        let Some(task) = self.slots.get(slot) else { return false };
        task.state().phase == Phase::Leased
            && task.number() < self.head.gets()
            && !self.leases[slot].is_held()
    }

    /// Whether a task is held by another thread than this, or by nobody who lives.
    fn held_by_others(&self) -> bool {
        let mine = self.leases.iter().filter(|lease| lease.is_mine()).count() as u64;
        self.taken() > self.head.dead_letters() + mine
    }

    /// Whether the queue is closed and nothing is left to do.
    fn is_over(&self) -> bool {
        self.tail.look().is_closed() && self.unfinished_count() == 0
    }

    /// Corrects what a consumer left that died while it held the consumers' lock: invariant 3.
    pub(super) fn repair_after(&self, entered: &Entered<'_>) {
        if entered.owner_died {
            self.repair();
        }
    }

    #[cold]
    fn repair(&self) {
        let last = self.head.free().wrapping_sub(1);
        if last >= self.head.gets()
            && let Some(slot) = self.entry(last)
        {
            // CRASH: done again by the next; it was idle or ought to be.
            self.slots[slot].set_state(State::IDLE);
        }
        let dead = |slot: &&Slot| slot.state().phase == Phase::DeadLetter;
        self.head.set_dead_letters(self.slots.iter().filter(dead).count() as u64);
    }

    /// Copies a task that the caller has taken.
    pub(super) fn read(&self, slot: usize) -> Result<Item, GetError> {
        let len = usize::try_from(self.slots[slot].len()).unwrap_or(usize::MAX);
        if len > self.size.task_bytes {
            return Err(GetError::Corrupt);
        }
        let mut task = Item::new();
        self.bytes.with(slot * self.size.task_bytes, len, |bytes| task.set(bytes, &[]));
        Ok(task)
    }

    /// Ends a task, whose slot becomes free. False if the lease is not the caller's.
    pub(super) fn done(&self, taken: Taken<'_>) -> Result<bool, EnterError> {
        let entered = enter(&self.consumers, Wait::ForEver)?;
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

    /// Moves a slot from taken to free.
    pub(super) fn give_back_slot(&self, slot: usize) {
        let free = (self.head.free() % self.slots.len() as u64) as usize;
        self.slots[free].set_entry(slot as u32);
        self.head.step_free();
        // CRASH: before it, the phase is old: invariant 3.
        self.slots[slot].set_state(State::IDLE);
    }

    /// Makes a dead letter of a task that its consumer cannot use.
    pub(super) fn reject(&self, taken: Taken<'_>) {
        let Ok(entered) = enter(&self.consumers, Wait::ForEver) else { return };
        self.repair_after(&entered);
        if taken.guard.holds() {
            self.bury(taken.slot, taken.deliveries);
            drop(taken.guard);
            drop(entered);
            self.notify_if_finished();
        }
    }

    /// Gives a task back undone: the next getter gets it, unless it was delivered too often.
    pub(super) fn give_back(&self, taken: Taken<'_>) {
        if taken.deliveries >= self.size.max_deliveries {
            return self.reject(taken);
        }
        if taken.guard.holds() {
            drop(taken.guard);
            self.head.announce_return();
            self.tail.tasks.notify(1);
        }
    }

    /// Wakes those who wait for the end, if it is reached. What the caller did last was a
    /// read-modify-write.
    pub(super) fn notify_if_finished(&self) {
        if self.unfinished_count() == 0 {
            self.head.finished.notify_all();
        }
        if self.tail.look().is_closed() {
            // Perhaps nothing can come back any more: getters see for themselves.
            self.tail.tasks.notify_all();
        }
    }
}
