//! What lies in shared memory, as typed words.

#![allow(unsafe_code, reason = "declares what lies in shared memory")]

use crate::eventcount::EventCount;
use crate::region::Shared;
use crate::sys::{AtomicU32, AtomicU64, Ordering, Patience};
#[cfg(not(forkstep_loom))]
use crate::words::NamedWord;

/// What a slot is used for, when it is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Idle,
    Leased,
    DeadLetter,
}

/// The phase of a slot and how often its task has been delivered, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub(super) phase: Phase,
    pub(super) deliveries: u32,
}

impl State {
    pub(super) const IDLE: Self = Self { phase: Phase::Idle, deliveries: 0 };

    pub(super) fn leased(deliveries: u32) -> Self {
        Self { phase: Phase::Leased, deliveries }
    }

    pub(super) fn dead_letter(deliveries: u32) -> Self {
        Self { phase: Phase::DeadLetter, deliveries }
    }

    fn to_bits(self) -> u64 {
        u64::from(self.deliveries) << 32 | self.phase as u64
    }

    /// Bits that no participant wrote are taken for idle.
    fn from_bits(bits: u64) -> Self {
        let phase = match bits as u32 {
            1 => Phase::Leased,
            2 => Phase::DeadLetter,
            _ => Phase::Idle,
        };
        Self { phase, deliveries: (bits >> 32) as u32 }
    }
}

/// One entry of the ring: which slot stands there. Consumers write it, producers read it.
#[derive(Debug)]
#[repr(transparent)]
pub(super) struct Entry(AtomicU32);

// SAFETY: an atomic word; no pointer; dropping does nothing; any bytes are a valid value.
unsafe impl Shared for Entry {}

// ORDERING: Relaxed, here and for slots and labels; the locks and the positions order these words:
// invariant 2.
impl Entry {
    pub(super) fn new(slot: u32) -> Self {
        Self(AtomicU32::named(slot, "ring.entry"))
    }

    pub(super) fn get(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn set(&self, slot: u32) {
        // CRASH: an old entry is written over; nobody looks there before `free` has moved.
        self.0.store(slot, Ordering::Relaxed);
    }
}

/// What consumers write of a slot.
#[derive(Debug)]
#[repr(transparent)]
pub(super) struct Slot(AtomicU64);

// SAFETY: as for `Entry`.
unsafe impl Shared for Slot {}

impl Slot {
    pub(super) fn new() -> Self {
        Self(AtomicU64::named(0, "slot.state"))
    }

    pub(super) fn state(&self) -> State {
        State::from_bits(self.0.load(Ordering::Relaxed))
    }

    pub(super) fn set_state(&self, state: State) {
        self.0.store(state.to_bits(), Ordering::Relaxed);
    }
}

/// What producers write of a slot, apart from what consumers write: neither takes the cache line of
/// the other.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Label {
    /// Where in the order of puts its task stands.
    number: AtomicU64,
    /// How many bytes it has.
    len: AtomicU64,
}

// SAFETY: as for `Entry`.
unsafe impl Shared for Label {}

impl Label {
    pub(super) fn new() -> Self {
        Self { number: AtomicU64::named(0, "slot.number"), len: AtomicU64::named(0, "slot.len") }
    }

    #[cfg(not(forkstep_loom))]
    pub(super) fn words(&self, slot: &str) -> [NamedWord; 2] {
        [
            NamedWord::of(format!("{slot}.number"), &self.number),
            NamedWord::of(format!("{slot}.len"), &self.len),
        ]
    }

    pub(super) fn number(&self) -> u64 {
        self.number.load(Ordering::Relaxed)
    }

    pub(super) fn len(&self) -> u64 {
        self.len.load(Ordering::Relaxed)
    }

    /// Describes the task that is about to be queued.
    pub(super) fn describe(&self, number: u64, len: usize) {
        // CRASH: a free slot is described; nobody reads it before `tail` has moved.
        self.number.store(number, Ordering::Relaxed);
        self.len.store(len as u64, Ordering::Relaxed);
    }
}

/// How many tasks were put, and whether that was all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Puts(u64);

impl Puts {
    pub(super) fn count(self) -> u64 {
        self.0 >> 1
    }

    pub(super) fn is_closed(self) -> bool {
        self.0 & 1 != 0
    }
}

/// What producers write.
#[derive(Debug)]
#[repr(C, align(128))]
pub(super) struct Tail {
    puts: AtomicU64,
    /// Up to which count of puts there was room when somebody last looked: it only grows.
    limit: AtomicU64,
    /// Where those sleep who wait for a task.
    pub(super) tasks: EventCount,
    /// How long producers pause before they look for room.
    pub(super) patience: Patience,
}

// SAFETY: as for `Entry`.
unsafe impl Shared for Tail {}

impl Tail {
    pub(super) fn new() -> Self {
        Self {
            puts: AtomicU64::named(0, "tail"),
            limit: AtomicU64::named(0, "tail.limit"),
            tasks: EventCount::new("tasks"),
            patience: Patience::new(),
        }
    }

    #[cfg(not(forkstep_loom))]
    pub(super) fn words(&self) -> Vec<NamedWord> {
        vec![
            NamedWord::of("tasks.tail", &self.puts),
            NamedWord::of("tasks.tail.limit", &self.limit),
            NamedWord::of("tasks.tail.moved", &self.tasks),
            NamedWord::of("tasks.tail.patience", &self.patience),
        ]
    }

    /// For those who hold the producers' lock.
    pub(super) fn own(&self) -> Puts {
        Puts(self.puts.load(Ordering::Relaxed))
    }

    pub(super) fn look(&self) -> Puts {
        // ORDERING: Acquire, paired with the Release of `step`: who sees a task queued sees it. No
        // model shows the need for it, because a getter passes a full fence before it reads the
        // task; but that is not enough for one who takes what another has seen.
        Puts(self.puts.load(Ordering::Acquire))
    }

    pub(super) fn limit(&self) -> u64 {
        self.limit.load(Ordering::Relaxed)
    }

    pub(super) fn set_limit(&self, limit: u64) {
        // CRASH: noted or not, both are true.
        self.limit.store(limit, Ordering::Relaxed);
    }

    pub(super) fn step(&self) {
        // ORDERING: Release: see `look`.
        // LINEARIZES: put.
        // CRASH: before it, nothing happened; after it, the task is queued, and sleepers find out
        // at their backstop.
        // A count at its end is one that another process has spoilt.
        self.puts.store(self.own().0.wrapping_add(2), Ordering::Release);
    }

    pub(super) fn close(&self) {
        // LINEARIZES: close.
        // CRASH: as for `step`.
        self.puts.store(self.own().0 | 1, Ordering::Release);
    }
}

/// What consumers write.
#[derive(Debug)]
#[repr(C, align(128))]
pub(super) struct Head {
    gets: AtomicU64,
    /// What a consumer last saw of `puts`; an old value is only too careful.
    seen: AtomicU64,
    /// How many slots were given back, those that were free at first included.
    free: AtomicU64,
    /// How many slots hold dead letters.
    dead_letters: AtomicU64,
    /// Which slot to look at next, in passing, for an orphan.
    cursor: AtomicU32,
    /// 1 after a lease was given back, until somebody looks for it.
    returned: AtomicU32,
    /// Where those sleep who wait for room.
    pub(super) room: EventCount,
    /// Where those sleep who wait until all is done.
    pub(super) finished: EventCount,
    /// How long consumers pause before they look for a task.
    pub(super) patience: Patience,
}

// SAFETY: as for `Entry`.
unsafe impl Shared for Head {}

impl Head {
    pub(super) fn new(slots: u64) -> Self {
        Self {
            gets: AtomicU64::named(0, "head"),
            seen: AtomicU64::named(0, "head.seen"),
            free: AtomicU64::named(slots, "free"),
            dead_letters: AtomicU64::named(0, "dead letters"),
            cursor: AtomicU32::named(0, "cursor"),
            returned: AtomicU32::named(0, "returned"),
            room: EventCount::new("room"),
            finished: EventCount::new("finished"),
            patience: Patience::new(),
        }
    }

    #[cfg(not(forkstep_loom))]
    pub(super) fn words(&self) -> Vec<NamedWord> {
        vec![
            NamedWord::of("tasks.head", &self.gets),
            NamedWord::of("tasks.head.seen", &self.seen),
            NamedWord::of("tasks.free", &self.free),
            NamedWord::of("tasks.free.moved", &self.room),
            NamedWord::of("tasks.finished.moved", &self.finished),
            NamedWord::of("tasks.dead_letters", &self.dead_letters),
            NamedWord::of("tasks.cursor", &self.cursor),
            NamedWord::of("tasks.returned", &self.returned),
            NamedWord::of("tasks.head.patience", &self.patience),
        ]
    }

    pub(super) fn gets(&self) -> u64 {
        // ORDERING: Relaxed; it says how many tasks are queued, and passes no data on.
        self.gets.load(Ordering::Relaxed)
    }

    pub(super) fn step(&self) {
        // ORDERING: Relaxed, as above.
        // LINEARIZES: get of a queued task.
        // CRASH: before it, the task is queued, whatever its slot says; after it, it is leased, and
        // an orphan as soon as the kernel has noted the death.
        // A count at its end is spoilt, here and below.
        self.gets.store(self.gets().wrapping_add(1), Ordering::Relaxed);
    }

    /// What was last seen of the puts. The caller holds the consumers' lock.
    pub(super) fn seen(&self) -> Puts {
        // ORDERING: Relaxed; whoever wrote it held the lock after having looked.
        Puts(self.seen.load(Ordering::Relaxed))
    }

    /// Looks how many were put, and notes it. The caller holds the consumers' lock.
    pub(super) fn see(&self, tail: &Tail) -> Puts {
        let puts = tail.look();
        // CRASH: noted or not, both are true.
        self.seen.store(puts.0, Ordering::Relaxed);
        puts
    }

    /// For those who hold the consumers' lock, and for hints.
    pub(super) fn free(&self) -> u64 {
        self.free.load(Ordering::Relaxed)
    }

    pub(super) fn look_free(&self) -> u64 {
        // ORDERING: Acquire, paired with the Release of `step_free`: who sees a slot free sees
        // which one, and may write over its task.
        self.free.load(Ordering::Acquire)
    }

    pub(super) fn step_free(&self) {
        // ORDERING: Release: see `look_free`.
        // LINEARIZES: task_done, and taking a dead letter.
        // CRASH: before it, the task is an orphan or a dead letter; after it, the slot is free with
        // an old phase, which the next to enter corrects: invariant 3.
        self.free.store(self.free().wrapping_add(1), Ordering::Release);
    }

    pub(super) fn dead_letters(&self) -> u64 {
        self.dead_letters.load(Ordering::Relaxed)
    }

    pub(super) fn set_dead_letters(&self, count: u64) {
        // CRASH: the count is made anew by the next to enter.
        self.dead_letters.store(count, Ordering::Relaxed);
    }

    /// The next slot to look at in passing.
    pub(super) fn next_cursor(&self, slots: usize) -> usize {
        let cursor = self.cursor.load(Ordering::Relaxed);
        // CRASH: a hint.
        self.cursor.store(cursor.wrapping_add(1), Ordering::Relaxed);
        cursor as usize % slots
    }

    /// Says that there may be an orphan.
    pub(super) fn announce_return(&self) {
        // ORDERING: Release, paired with the Acquire of `take_return`: who takes it finds the lease
        // released.
        // CRASH: before it, the orphan is found as that of a dead consumer is.
        self.returned.swap(1, Ordering::Release);
    }

    pub(super) fn has_return(&self) -> bool {
        self.returned.load(Ordering::Relaxed) != 0
    }

    pub(super) fn take_return(&self) -> bool {
        // CRASH: after it, the orphan is found as that of a dead consumer is.
        self.has_return() && self.returned.swap(0, Ordering::Acquire) != 0
    }
}
