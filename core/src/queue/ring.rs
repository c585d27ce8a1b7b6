//! The queue of byte strings beneath [`Queue`](super::Queue).

#![allow(unsafe_code, reason = "declares what lies in shared memory")]

use crate::enter::{Wait, enter};
use crate::item::Item;
use crate::lock::Lock;
use crate::region::{Layout, Placed, Region, RegionError, Shared};
use crate::sys::Bytes;

use super::encoding::Batch;
use super::error::{GetError, NoGet, NoPut, PutError, PutManyError};
use super::position::{MAX_GRAINS, MAX_ITEMS, Position, Side};
use super::wait::{NotDone, attempt};

/// Records start at multiples of this; a record's length takes one.
pub(super) const GRAIN: usize = 8;

/// What lies in shared memory besides the locks and the bytes.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Sides {
    pub(super) tail: Side,
    pub(super) head: Side,
}

// SAFETY: atomic words; no pointers; dropping does nothing; any bytes are a valid value.
unsafe impl Shared for Sides {}

impl Sides {
    fn new() -> Self {
        Self {
            tail: Side::new(["queue.tail", "queue.tail.seen", "queue.tail.moved"]),
            head: Side::new(["queue.head", "queue.head.seen", "queue.head.moved"]),
        }
    }
}

/// Why there was no put or get, with the position of the other side then.
type NotPut = NotDone<Position, NoPut>;
type NotGot = NotDone<Position, NoGet>;

/// Bytes in, the same bytes out, in order.
#[derive(Clone, Debug)]
pub(crate) struct ByteQueue {
    producers: Lock,
    consumers: Lock,
    pub(super) sides: Placed<Sides>,
    ring: Bytes,
    pub(super) items: u32,
}

/// What a record takes in the ring, in grains. The caller made sure that it fits the ring.
#[inline]
fn grains_of(len: usize) -> u32 {
    1 + len.div_ceil(GRAIN) as u32
}

impl ByteQueue {
    /// The most items a queue may be made for.
    pub(crate) const MAX_ITEMS: usize = MAX_ITEMS;

    /// Makes a queue for at most `items` items, and `bytes` bytes of records.
    pub(crate) fn new(items: usize, bytes: usize) -> Result<Self, RegionError> {
        let region = Region::anonymous(Self::footprint(items, bytes)?)?;
        Self::lay_out(&mut Layout::make(&region), items, bytes)
    }

    /// The bytes that a queue takes in a region, if there can be one for so much.
    pub(super) fn footprint(items: usize, bytes: usize) -> Result<usize, RegionError> {
        if items == 0 || bytes == 0 {
            return Err(RegionError::Empty);
        }
        for (bytes, max) in [(items, MAX_ITEMS), (bytes, MAX_GRAINS * GRAIN)] {
            if bytes > max {
                return Err(RegionError::TooLarge { bytes, max });
            }
        }
        let around = 2 * Lock::FOOTPRINT + size_of::<Sides>() + 4 * 128;
        Ok(Bytes::footprint(bytes.next_multiple_of(GRAIN)) + around)
    }

    /// Makes a queue, or finds one, as the next part of a layout, for what has a `footprint`.
    pub(super) fn lay_out(
        layout: &mut Layout<'_>,
        items: usize,
        bytes: usize,
    ) -> Result<Self, RegionError> {
        Ok(Self {
            producers: Lock::lay_out(layout)?,
            consumers: Lock::lay_out(layout)?,
            sides: layout.one(Sides::new)?,
            ring: layout.bytes(bytes.next_multiple_of(GRAIN))?,
            items: items as u32,
        })
    }

    /// The locks of both sides: that of the producers, that of the consumers.
    #[cfg(not(forkstep_loom))]
    pub(super) fn locks(&self) -> [&Lock; 2] {
        [&self.producers, &self.consumers]
    }

    /// Where the ring lies, and how long it is.
    #[cfg(not(forkstep_loom))]
    pub(super) fn ring(&self) -> (usize, usize) {
        (self.ring.address(), self.ring.len())
    }

    /// The longest item that fits an empty queue.
    #[inline]
    pub(crate) fn max_len(&self) -> usize {
        self.ring.len() - GRAIN
    }

    pub(crate) fn capacity(&self) -> usize {
        self.items as usize
    }

    /// How many grains the ring has.
    #[inline]
    pub(super) fn grains(&self) -> u32 {
        (self.ring.len() / GRAIN) as u32
    }

    /// How many items and grains there is room for. The caller holds the producers' lock.
    #[inline]
    fn room(&self, tail: Position, head: Position) -> (u32, u32) {
        let grains = self.grains();
        let items = self.items.saturating_sub(tail.ahead_of(head));
        (items, grains.saturating_sub(tail.grains_from(head, grains)))
    }

    /// Puts one record of `len` bytes, which `fill` writes from its place on, if there is room.
    #[inline]
    fn put_now(&self, len: usize, fill: impl FnOnce(u32)) -> Result<u32, NotPut> {
        let Sides { tail, head } = &*self.sides;
        let now = tail.own();
        if now.is_closed() {
            return Err(NotDone::Ever(NoPut::Closed));
        }
        let needed = grains_of(len);
        let fits = |(items, grains)| items > 0 && grains >= needed;
        if !fits(self.room(now, tail.seen())) {
            let seen = tail.see(head);
            if !fits(self.room(now, seen)) {
                return Err(NotDone::Yet(seen));
            }
        }
        self.ring.write(self.split(now.place(), GRAIN).0, &(len as u64).to_le_bytes());
        fill(now.place().wrapping_add(1));
        tail.move_to(now.after(1, needed, self.grains()));
        Ok(1)
    }

    /// Puts as many records of a batch as there is room for now, with one commit.
    fn put_many_now(&self, batch: &Batch) -> Result<u32, NotPut> {
        let Sides { tail, head } = &*self.sides;
        let now = tail.own();
        if now.is_closed() {
            return Err(NotDone::Ever(NoPut::Closed));
        }
        let seen = tail.see(head);
        let (items, grains) = self.room(now, seen);
        let (count, bytes) = batch.next(items as usize, grains as usize * GRAIN);
        if count == 0 {
            return Err(NotDone::Yet(seen));
        }
        self.write(now.place(), bytes);
        tail.move_to(now.after(count as u32, (bytes.len() / GRAIN) as u32, self.grains()));
        Ok(count as u32)
    }

    /// Where the head is and how much there is to get. The caller holds the consumers' lock.
    #[inline]
    fn stock(&self) -> Result<(Position, u32, u32), NotGot> {
        let Sides { tail, head } = &*self.sides;
        let now = head.own();
        let mut end = head.seen();
        if end.ahead_of(now) == 0 {
            end = head.see(tail);
        }
        let (items, grains) = (end.ahead_of(now), end.grains_from(now, self.grains()));
        match items {
            0 if end.is_closed() => Err(NotDone::Ever(NoGet::Closed)),
            0 => Err(NotDone::Yet(end)),
            // What another process wrote is checked before it is used.
            some if some > self.items || grains > self.grains() => {
                Err(NotDone::Ever(NoGet::Corrupt))
            }
            some => Ok((now, some, grains)),
        }
    }

    /// Reads the length of the record at a byte of the ring, where at most `grains` are in use.
    #[inline]
    fn record_len(&self, at: usize, grains: u32) -> Result<usize, NotGot> {
        let mut len = [0; GRAIN];
        self.ring.read(at, &mut len);
        let len = usize::try_from(u64::from_le_bytes(len)).ok();
        let fits = |len: &usize| *len <= self.max_len() && grains_of(*len) <= grains;
        len.filter(fits).ok_or(NotDone::Ever(NoGet::Corrupt))
    }

    /// Gets the oldest item, whose place and length `take` is given.
    #[inline]
    fn get_now<R>(&self, take: impl FnOnce(u32, usize) -> R) -> Result<R, NotGot> {
        let (now, _, grains) = self.stock()?;
        let len = self.record_len(self.split(now.place(), GRAIN).0, grains)?;
        let taken = take(now.place().wrapping_add(1), len);
        self.sides.head.move_to(now.after(1, grains_of(len), self.grains()));
        Ok(taken)
    }

    /// Gets the oldest items, at most `max`: how many, and their records one after the other.
    fn drain_now(&self, max: usize) -> Result<(usize, Vec<u8>), NotGot> {
        let (now, items, grains) = self.stock()?;
        let most = items.min(u32::try_from(max).unwrap_or(u32::MAX));
        let (mut count, mut used) = (0, 0);
        let (mut at, ring) = (self.split(now.place(), GRAIN).0, self.ring.len());
        while count < most {
            let record = grains_of(self.record_len(at, grains - used)?);
            used += record;
            at += record as usize * GRAIN;
            at = if at >= ring { at - ring } else { at };
            count += 1;
        }
        let mut records = vec![0; used as usize * GRAIN];
        self.read(now.place(), &mut records);
        self.sides.head.move_to(now.after(count, used, self.grains()));
        Ok((count as usize, records))
    }

    /// Puts by what `now` does with the producers' lock held, waiting for room as long as said.
    #[inline]
    fn put_by(
        &self,
        wait: Wait,
        mut now: impl FnMut() -> Result<u32, NotPut>,
    ) -> Result<u32, PutError> {
        let Sides { tail, head } = &*self.sides;
        let closed = || tail.look().is_closed();
        let rest = |seen| tail.wait_for(head, seen, self.items, wait.deadline(), closed);
        // All who wait for room are woken at once, so nobody need pass a wake on.
        let count = attempt(&self.producers, wait, |_| now(), rest, || ())?;
        tail.moved.notify(count as usize);
        Ok(count)
    }

    /// Gets by what `now` does with the consumers' lock held, waiting for an item as long as said.
    #[inline]
    fn get_by<R>(
        &self,
        wait: Wait,
        mut now: impl FnMut() -> Result<R, NotGot>,
    ) -> Result<R, GetError> {
        let Sides { tail, head } = &*self.sides;
        let rest = |seen| head.wait_for(tail, seen, self.items, wait.deadline(), || false);
        // Who was woken and cannot enter before its time is up need not pass that on: whoever is in
        // there gets an item in its place, or looks again before it sleeps.
        let got = attempt(&self.consumers, wait, |_| now(), rest, || ())?;
        head.moved.notify_all();
        Ok(got)
    }

    /// Puts an item, waiting for room as long as said.
    #[inline]
    pub(crate) fn put(&self, item: &[u8], wait: Wait) -> Result<(), PutError> {
        self.admit(item.len())?;
        self.put_by(wait, || self.put_now(item.len(), |place| self.write(place, item)))?;
        Ok(())
    }

    /// Puts an item of `len` bytes that `fill` writes where it will lie.
    pub(crate) fn put_with(
        &self,
        len: usize,
        wait: Wait,
        fill: impl FnOnce(&mut [u8], &mut [u8]),
    ) -> Result<(), PutError> {
        self.admit(len)?;
        let mut fill = Some(fill);
        self.put_by(wait, || {
            self.put_now(len, |place| {
                let (at, first) = self.split(place, len);
                let fill = fill.take().expect("there is room at most once");
                self.ring.with_mut(at, first, |begin| {
                    self.ring.with_mut(0, len - first, |rest| fill(begin, rest));
                });
            })
        })?;
        Ok(())
    }

    /// Puts the records of a batch in order, waiting for room as long as said.
    pub(crate) fn put_many(&self, mut batch: Batch, wait: Wait) -> Result<(), PutManyError> {
        self.admit(batch.longest()).map_err(|error| PutManyError { put: 0, error })?;
        let mut put = 0;
        while !batch.is_empty() {
            let now = self.put_by(wait, || self.put_many_now(&batch));
            let now = now.map_err(|error| PutManyError { put, error })? as usize;
            batch.skip(now);
            put += now;
        }
        Ok(())
    }

    /// Gets the oldest item into `item`, waiting for one as long as said.
    #[inline]
    pub(crate) fn get(&self, item: &mut Item, wait: Wait) -> Result<(), GetError> {
        self.get_with(wait, |first, second| item.set(first, second))
    }

    /// Gets the oldest item by showing it to `take` where it lies.
    #[inline]
    pub(crate) fn get_with<R>(
        &self,
        wait: Wait,
        take: impl FnOnce(&[u8], &[u8]) -> R,
    ) -> Result<R, GetError> {
        let mut take = Some(take);
        self.get_by(wait, || {
            self.get_now(|place, len| {
                let (at, first) = self.split(place, len);
                let take = take.take().expect("there is an item at most once");
                self.ring.with(at, first, |begin| {
                    self.ring.with(0, len - first, |rest| take(begin, rest))
                })
            })
        })
    }

    /// Gets the oldest items, at most `max`: how many, and their records; waits for the first as
    /// long as said.
    pub(crate) fn drain(&self, max: usize, wait: Wait) -> Result<(usize, Vec<u8>), GetError> {
        self.get_by(wait, || self.drain_now(max))
    }

    /// Ends the puts; who waits for room or for an item looks again.
    pub(crate) fn close(&self) -> Result<(), PutError> {
        let Sides { tail, head } = &*self.sides;
        let entered = enter(&self.producers, Wait::Not).map_err(NotPut::Enter)?;
        tail.close();
        drop(entered);
        // CRASH: the queue is closed; whoever waits finds out at its backstop.
        tail.moved.notify_all();
        head.moved.notify_all();
        Ok(())
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.sides.tail.look().is_closed()
    }

    #[inline]
    fn admit(&self, len: usize) -> Result<(), PutError> {
        let max = self.max_len();
        if len > max { Err(PutError::TooLarge { len, max }) } else { Ok(()) }
    }

    #[inline]
    fn write(&self, place: u32, from: &[u8]) {
        let (at, first) = self.split(place, from.len());
        self.ring.write(at, &from[..first]);
        if first < from.len() {
            self.ring.write(0, &from[first..]);
        }
    }

    #[inline]
    fn read(&self, place: u32, to: &mut [u8]) {
        let (at, first) = self.split(place, to.len());
        let (begin, rest) = to.split_at_mut(first);
        self.ring.read(at, begin);
        if !rest.is_empty() {
            self.ring.read(0, rest);
        }
    }

    /// Where in the ring a place is, and how many of `len` bytes fit before its end. A place that
    /// another process spoilt is made one of the ring.
    #[inline]
    fn split(&self, place: u32, len: usize) -> (usize, usize) {
        let grains = self.grains();
        let once = if place >= grains { place - grains } else { place };
        let at = if once >= grains { once % grains } else { once } as usize * GRAIN;
        (at, len.min(self.ring.len() - at))
    }
}
