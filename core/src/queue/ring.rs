//! The queue of byte strings beneath [`Queue`](super::Queue).

#![allow(unsafe_code, reason = "declares what lies in shared memory")]

use crate::deadline::{Deadline, next_look};
use crate::eventcount::{COUNTS, EventCount, Events};
use crate::lock::{AcquireError, AcquireTimeoutError, Guard, Lock};
use crate::region::{Placed, Region, RegionError, Shared};
use crate::sys::{AtomicU64, Bytes, Ordering};

use super::error::{GetError, GetRefused, PutError, PutRefused};

/// Records start at multiples of this; a record's length takes one.
const GRAIN: u64 = 8;

/// One side of the queue.
#[derive(Debug)]
#[repr(C, align(64))]
pub(super) struct Side {
    pub(super) events: EventCount,
    /// Where this side stands after an even and after an odd number of events: invariant 3.
    place: [AtomicU64; 2],
}

impl Side {
    fn new(names: [&'static str; 3]) -> Self {
        let place = [AtomicU64::named(0, names[1]), AtomicU64::named(0, names[2])];
        Self { events: EventCount::new(names[0]), place }
    }

    /// Where the side stands after these events. The caller holds the lock of the side.
    fn place_of(&self, events: Events) -> u64 {
        self.place[events.count() as usize % 2].load(Ordering::Relaxed)
    }

    /// Looks from the other side at how many events there were and where that is.
    fn look_both(&self) -> (Events, u64) {
        let mut events = self.events.look();
        loop {
            // ORDERING: Acquire, paired with the Release of `move_to`: who reads a place that was
            // written for a later event sees the event before it, and looks again.
            let place = self.place[events.count() as usize % 2].load(Ordering::Acquire);
            let again = self.events.look();
            if again.count() == events.count() {
                return (again, place);
            }
            events = again;
        }
    }

    /// Commits: from the next event on, the side stands at `place`.
    fn move_to(&self, events: Events, place: u64) {
        let next = (events.count() as usize + 1) % 2;
        // CRASH: the place of an event that has not happened; written again by who makes it happen.
        self.place[next].store(place, Ordering::Release);
        self.events.advance();
    }
}

/// What lies in shared memory besides the locks and the bytes.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Sides {
    pub(super) tail: Side,
    head: Side,
}

// SAFETY: atomic words; no pointers; dropping does nothing; any bytes are a valid value.
unsafe impl Shared for Sides {}

/// Bytes in, the same bytes out, in order.
#[derive(Clone, Debug)]
pub(crate) struct ByteQueue {
    producers: Lock,
    consumers: Lock,
    pub(super) sides: Placed<Sides>,
    ring: Bytes,
    items: u32,
}

/// What a record takes in the ring.
fn footprint(len: usize) -> u64 {
    GRAIN + (len as u64).next_multiple_of(GRAIN)
}

impl ByteQueue {
    /// The most items a queue may be made for.
    pub(crate) const MAX_ITEMS: usize = (COUNTS / 2) as usize;

    /// Makes a queue for at most `items` items, and `bytes` bytes of items of `bytes / items` each.
    pub(crate) fn new(items: usize, bytes: usize) -> Result<Self, RegionError> {
        if items == 0 || bytes == 0 {
            return Err(RegionError::Empty);
        }
        if items > Self::MAX_ITEMS {
            return Err(RegionError::TooLarge { bytes: items, max: Self::MAX_ITEMS });
        }
        let ring = bytes.checked_next_multiple_of(GRAIN as usize).unwrap_or(usize::MAX);
        let around = 2 * Lock::FOOTPRINT + size_of::<Sides>() + 4 * 64;
        let room = Bytes::footprint(ring).saturating_add(around);
        let region = Region::anonymous(room)?;
        let sides = Sides {
            tail: Side::new(["queue.tail", "queue.tail.place[0]", "queue.tail.place[1]"]),
            head: Side::new(["queue.head", "queue.head.place[0]", "queue.head.place[1]"]),
        };
        Ok(Self {
            producers: Lock::new_in(&region)?,
            consumers: Lock::new_in(&region)?,
            sides: Placed::new(&region, sides)?,
            ring: region.place_bytes(ring)?,
            items: items as u32,
        })
    }

    /// The longest item that fits an empty queue.
    pub(crate) fn max_len(&self) -> usize {
        self.ring.len() - GRAIN as usize
    }

    pub(crate) fn capacity(&self) -> usize {
        self.items as usize
    }

    /// Puts an item, if there is room now; else says at which events of the head there was none.
    fn put_now(&self, item: &[u8]) -> Result<(), PutRefused> {
        let Sides { tail, head } = &*self.sides;
        let tail_now = tail.events.look();
        if tail_now.is_closed() {
            return Err(PutRefused::Closed);
        }
        let (head_now, oldest) = head.look_both();
        let start = tail.place_of(tail_now);
        let end = start.wrapping_add(footprint(item.len()));
        let fits = end.wrapping_sub(oldest) <= self.ring.len() as u64;
        if tail_now.ahead_of(head_now) >= self.items || !fits {
            return Err(PutRefused::Full(head_now));
        }
        self.write(start, &(item.len() as u64).to_le_bytes());
        self.write(start.wrapping_add(GRAIN), item);
        tail.move_to(tail_now, end);
        Ok(())
    }

    /// Gets the oldest item, if there is one; else says at which events of the tail there was none.
    fn get_now(&self) -> Result<Vec<u8>, GetRefused> {
        let Sides { tail, head } = &*self.sides;
        let head_now = head.events.look();
        let tail_now = tail.events.look();
        match tail_now.ahead_of(head_now) {
            0 if tail_now.is_closed() => return Err(GetRefused::Closed),
            0 => return Err(GetRefused::Empty(tail_now)),
            some if some > self.items => return Err(GetRefused::Corrupt),
            _ => {}
        }
        let start = head.place_of(head_now);
        let mut len = [0; GRAIN as usize];
        self.read(start, &mut len);
        // What another process wrote is checked before it is used.
        let len = usize::try_from(u64::from_le_bytes(len)).ok();
        let len = len.filter(|len| *len <= self.max_len()).ok_or(GetRefused::Corrupt)?;
        let mut item = vec![0; len];
        self.read(start.wrapping_add(GRAIN), &mut item);
        head.move_to(head_now, start.wrapping_add(footprint(len)));
        Ok(item)
    }

    /// Puts an item, waiting for room as long as said.
    pub(crate) fn put(&self, item: &[u8], wait: Wait) -> Result<(), PutError> {
        let (len, max) = (item.len(), self.max_len());
        if len > max {
            return Err(PutError::TooLarge { len, max });
        }
        loop {
            let put = match enter(&self.producers, wait) {
                Ok(_guard) => self.put_now(item),
                Err(error) => Err(error.into()),
            };
            // No lock is held from here on: invariant 4.
            match put {
                Err(PutRefused::Full(seen)) if wait.goes_on() => {
                    self.sides.head.events.wait(seen, next_look(wait.deadline()));
                }
                Err(refused) => return Err(refused.into()),
                Ok(()) => return Ok(()),
            }
        }
    }

    /// Gets an item, waiting for one as long as said.
    pub(crate) fn get(&self, wait: Wait) -> Result<Vec<u8>, GetError> {
        loop {
            let got = match enter(&self.consumers, wait) {
                Ok(_guard) => self.get_now(),
                Err(error) => Err(error.into()),
            };
            // No lock is held from here on: invariant 4.
            match got {
                Err(GetRefused::Empty(seen)) if wait.goes_on() => {
                    self.sides.tail.events.wait(seen, next_look(wait.deadline()));
                }
                Err(refused) => return Err(refused.into()),
                Ok(item) => return Ok(item),
            }
        }
    }

    /// Ends the puts; who waits for room or for an item looks again.
    pub(crate) fn close(&self) -> Result<(), PutError> {
        let guard = enter(&self.producers, Wait::ForEver).map_err(PutRefused::Enter)?;
        self.sides.tail.events.close();
        // CRASH: the queue is closed; producers that wait for room find out at their backstop.
        self.sides.head.events.close();
        drop(guard);
        Ok(())
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.sides.tail.events.look().is_closed()
    }

    /// How many items there are at one moment.
    pub(crate) fn len(&self) -> usize {
        let Sides { tail, head } = &*self.sides;
        let mut head_now = head.events.look();
        loop {
            let len = tail.events.look().ahead_of(head_now);
            let again = head.events.look();
            if again.count() == head_now.count() {
                return len.min(self.items) as usize;
            }
            head_now = again;
        }
    }

    fn write(&self, place: u64, from: &[u8]) {
        let (at, first) = self.split(place, from.len());
        self.ring.write(at, &from[..first]);
        self.ring.write(0, &from[first..]);
    }

    fn read(&self, place: u64, to: &mut [u8]) {
        let (at, first) = self.split(place, to.len());
        let (begin, rest) = to.split_at_mut(first);
        self.ring.read(at, begin);
        self.ring.read(0, rest);
    }

    /// Where in the ring a place is, and how many of `len` bytes fit before its end.
    fn split(&self, place: u64, len: usize) -> (usize, usize) {
        // A place that another process spoilt is made one of the ring, at a whole grain.
        let at = (place / GRAIN * GRAIN % self.ring.len() as u64) as usize;
        (at, len.min(self.ring.len() - at))
    }
}

/// How long a put waits for room, or a get for an item.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wait {
    /// Not at all.
    Not,
    /// Until then.
    Until(Deadline),
    /// As long as it takes.
    ForEver,
}

impl Wait {
    fn deadline(self) -> Option<Deadline> {
        match self {
            Self::Until(deadline) => Some(deadline),
            Self::Not | Self::ForEver => None,
        }
    }

    pub(crate) fn goes_on(self) -> bool {
        match self {
            Self::Not => false,
            Self::Until(deadline) => !deadline.passed(),
            Self::ForEver => true,
        }
    }
}

/// Why a side could not be entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EnterError {
    /// Its lock was held until the deadline.
    TimedOut,
    /// This thread holds too many locks, or none can be robust here.
    Refused,
    /// The lock's memory is corrupt.
    Corrupt,
}

/// Enters a side. An owner that died in there left nothing to repair, nor did one that panicked.
///
/// A caller that does not wait for room or items does wait for the lock: who has it is never long.
fn enter(lock: &Lock, wait: Wait) -> Result<Guard<'_>, EnterError> {
    let entered = match wait.deadline() {
        None => lock.acquire(),
        Some(deadline) => match lock.acquire_until(deadline) {
            Err(AcquireTimeoutError::TimedOut) => return Err(EnterError::TimedOut),
            Err(AcquireTimeoutError::Acquire(error)) => Err(error),
            Ok(guard) => Ok(guard),
        },
    };
    match entered {
        Ok(guard) => Ok(guard),
        Err(AcquireError::OwnerDied(guard)) => Ok(guard.mark_consistent()),
        Err(AcquireError::Poisoned(guard)) => {
            guard.clear_poison();
            Ok(guard)
        }
        Err(AcquireError::NotRecoverable | AcquireError::Corrupt) => Err(EnterError::Corrupt),
        Err(_) => Err(EnterError::Refused),
    }
}
