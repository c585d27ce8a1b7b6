//! The tasks in shared memory, and how many there are.

use super::shared::{Entry, Head, Label, Slot, Tail};
use crate::lock::{Guard, Lock};
use crate::queue::LOOKS;
use crate::region::{Layout, Placed, Region, RegionError};
use crate::sys::Bytes;

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

impl Size {
    /// The room of each slot.
    fn room(self) -> usize {
        self.task_bytes.checked_next_multiple_of(8).unwrap_or(usize::MAX)
    }
}

/// The most slots of a queue.
const MAX_SLOTS: usize = 1 << 24;

/// Tasks in shared memory.
#[derive(Debug)]
pub(super) struct Tasks {
    pub(super) producers: Lock,
    pub(super) consumers: Lock,
    pub(super) tail: Placed<Tail>,
    pub(super) head: Placed<Head>,
    entries: Placed<[Entry]>,
    pub(super) slots: Placed<[Slot]>,
    pub(super) labels: Placed<[Label]>,
    pub(super) leases: Vec<Lock>,
    pub(super) bytes: Bytes,
    pub(super) size: Size,
}

/// A task in the hands of the calling thread.
#[derive(Debug)]
pub(super) struct Taken<'a> {
    pub(super) slot: usize,
    pub(super) guard: Guard<'a>,
    pub(super) deliveries: u32,
}

impl Tasks {
    pub(super) fn new(size: Size) -> Result<Self, RegionError> {
        let region = Region::anonymous(Self::footprint(size)?)?;
        Self::lay_out(&mut Layout::make(&region), size)
    }

    /// The bytes that the tasks take in a region, if there can be a queue for so much.
    pub(super) fn footprint(size: Size) -> Result<usize, RegionError> {
        let Size { items, leases, task_bytes, .. } = size;
        if items == 0 || leases == 0 || task_bytes == 0 {
            return Err(RegionError::Empty);
        }
        let slots = items.saturating_add(leases);
        if slots > MAX_SLOTS {
            return Err(RegionError::TooLarge { bytes: slots, max: MAX_SLOTS });
        }
        let bytes = size.room().saturating_mul(slots).min(Region::MAX);
        let words = size_of::<Entry>() + size_of::<Slot>() + size_of::<Label>();
        let each = words + Lock::FOOTPRINT;
        let around = 2 * Lock::FOOTPRINT + size_of::<Tail>() + size_of::<Head>() + 8 * 128;
        Ok(Bytes::footprint(bytes).saturating_add(slots * each + around))
    }

    /// Makes the tasks, or finds them, as the next part of a layout, for what has a `footprint`.
    pub(super) fn lay_out(layout: &mut Layout<'_>, size: Size) -> Result<Self, RegionError> {
        let size = Size { task_bytes: size.room(), ..size };
        let slots = size.items + size.leases;
        let mut entry = 0..slots as u32;
        let entry = || Entry::new(entry.next().unwrap_or(0));
        Ok(Self {
            producers: Lock::lay_out(layout)?,
            consumers: Lock::lay_out(layout)?,
            tail: layout.one(Tail::new)?,
            head: layout.one(|| Head::new(slots as u64))?,
            entries: layout.many(slots, entry)?,
            slots: layout.many(slots, Slot::new)?,
            labels: layout.many(slots, Label::new)?,
            leases: (0..slots).map(|_| Lock::lay_out(layout)).collect::<Result<_, _>>()?,
            bytes: layout.bytes(size.task_bytes * slots)?,
            size,
        })
    }

    pub(super) fn size(&self) -> Size {
        self.size
    }

    pub(super) fn len(&self) -> usize {
        let mut gets = self.head.gets();
        for _ in 0..LOOKS {
            let puts = self.tail.look().count();
            let again = self.head.gets();
            if again == gets {
                return self.queued(puts, gets);
            }
            gets = again;
        }
        self.queued(self.tail.look().count(), gets)
    }

    fn queued(&self, puts: u64, gets: u64) -> usize {
        (puts.saturating_sub(gets) as usize).min(self.size.items)
    }

    /// How many slots are taken. The caller holds the consumers' lock, or takes it for a hint.
    pub(super) fn taken(&self) -> u64 {
        // No sum of what was read may overflow: another process may have spoilt it.
        self.head.gets().saturating_add(self.slots.len() as u64).saturating_sub(self.head.free())
    }

    /// How many tasks are done or dead letters. The caller holds the consumers' lock, or takes it
    /// for a hint.
    pub(super) fn finished_count(&self) -> u64 {
        let given_back = self.head.free().saturating_sub(self.slots.len() as u64);
        given_back.saturating_add(self.head.dead_letters())
    }

    /// How many tasks are neither, likewise.
    pub(super) fn unfinished_count(&self) -> u64 {
        let finished = self.finished_count();
        self.tail.look().count().saturating_sub(finished)
    }

    /// The ring.
    #[cfg(not(forkstep_loom))]
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Which slot stands at a position of the ring.
    pub(super) fn entry(&self, position: u64) -> Option<usize> {
        let slot = self.entries[(position % self.entries.len() as u64) as usize].get() as usize;
        // What another process wrote is checked before it is used.
        (slot < self.slots.len()).then_some(slot)
    }

    /// Puts a slot at a position of the ring.
    pub(super) fn set_entry(&self, position: u64, slot: usize) {
        self.entries[(position % self.entries.len() as u64) as usize].set(slot as u32);
    }
}
