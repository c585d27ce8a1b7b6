//! What the kernel does for participants: futex queues, the walk of a robust list, and the clock.
//!
//! As in Linux: a waiter is queued if the word still holds what it expects, in one step; a wake
//! takes waiters in the order in which they came; at a death the list is walked, then the pending
//! entry (`kernel/futex/core.c`). Time passes only when it is told to. The test
//! `kernel_conformance` compares this with the kernel.

/// The kernel stops its walk after this many nodes (ROBUST_LIST_LIMIT).
const ROBUST_LIMIT: usize = 2048;
const WAITERS: u32 = 0x8000_0000;
const OWNER_DIED: u32 = 0x4000_0000;
const OWNER: u32 = 0x3fff_ffff;
/// In a pointer to a node: its lock inherits priority, and the kernel wakes its waiters elsewhere.
const INHERITS: u64 = 1;

/// Somebody who sleeps, on a word or just for a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sleeper {
    /// Who.
    pub participant: usize,
    /// On which word; `None` if only time wakes it.
    pub word: Option<u64>,
    /// When it wakes by itself, in nanoseconds.
    pub until: Option<u64>,
}

/// The queues and the clock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Kernel {
    /// In the order in which they fell asleep.
    sleepers: Vec<Sleeper>,
    now: u64,
}

/// The head of a robust list, as the kernel finds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RobustHead {
    /// Where the head itself lies.
    pub address: u64,
    /// The first node.
    pub first: u64,
    /// From a node to its word.
    pub offset: i64,
    /// The node that is being linked or unlinked, or 0.
    pub pending: u64,
}

/// The memory of a process that has died.
pub trait Memory {
    /// Reads a pointer; `None` if it cannot be read.
    fn pointer(&self, address: u64) -> Option<u64>;
    /// Reads a futex word; `None` if it cannot be read.
    fn word(&self, address: u64) -> Option<u32>;
    /// Replaces a futex word.
    fn set_word(&mut self, address: u64, new: u32);
}

/// What the walk does to one word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The word.
    pub address: u64,
    /// What it held.
    pub old: u32,
    /// What it holds.
    pub new: u32,
    /// Who was woken.
    pub woken: Vec<usize>,
}

impl Kernel {
    /// Nobody sleeps, at that time.
    #[must_use]
    pub fn new(now: u64) -> Self {
        Self { sleepers: Vec::new(), now }
    }

    /// Nanoseconds on the clock of all participants.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.now
    }

    /// Those who sleep, in the order in which they fell asleep.
    #[must_use]
    pub fn sleepers(&self) -> &[Sleeper] {
        &self.sleepers
    }

    /// Puts a participant to sleep.
    pub fn sleep(&mut self, sleeper: Sleeper) {
        self.sleepers.push(sleeper);
    }

    /// Wakes up to `most` of those who sleep on a word, the longest asleep first; says whom. One is
    /// woken even if none is asked for: futex(2) counts before it compares.
    pub fn wake(&mut self, word: u64, most: usize) -> Vec<usize> {
        let most = most.max(1);
        let mut woken = Vec::new();
        self.sleepers.retain(|sleeper| {
            let wakes = sleeper.word == Some(word) && woken.len() < most;
            if wakes {
                woken.push(sleeper.participant);
            }
            !wakes
        });
        woken
    }

    /// When somebody wakes by time, if anybody does.
    #[must_use]
    pub fn next_end(&self) -> Option<u64> {
        self.sleepers.iter().filter_map(|sleeper| sleeper.until).min()
    }

    /// Lets time pass until `then`; says whose sleep is over.
    pub fn pass_until(&mut self, then: u64) -> Vec<usize> {
        self.now = self.now.max(then);
        let now = self.now;
        let mut over = Vec::new();
        self.sleepers.retain(|sleeper| {
            let ends = sleeper.until.is_some_and(|until| until <= now);
            if ends {
                over.push(sleeper.participant);
            }
            !ends
        });
        over
    }

    /// Forgets a participant that has died, then walks its robust list.
    pub fn bury(
        &mut self,
        participant: usize,
        thread: u32,
        head: RobustHead,
        memory: &mut impl Memory,
    ) -> Vec<Mark> {
        self.sleepers.retain(|sleeper| sleeper.participant != participant);
        let mut marks = Vec::new();
        let pending = head.pending & !INHERITS;
        let mut entry = head.first;
        for _ in 0..ROBUST_LIMIT {
            let node = entry & !INHERITS;
            if node == head.address {
                break;
            }
            // The next one first: whoever gets the word may use the node at once.
            let next = memory.pointer(node);
            if node != pending {
                match self.mark(entry, head.offset, thread, false, memory) {
                    Ok(mark) => marks.extend(mark),
                    Err(Unreadable) => return marks,
                }
            }
            let Some(next) = next else { return marks };
            entry = next;
        }
        if pending != 0 {
            let mark = self.mark(head.pending, head.offset, thread, true, memory);
            marks.extend(mark.ok().flatten());
        }
        marks
    }

    /// What a death does to the word of one entry of the list.
    fn mark(
        &mut self,
        entry: u64,
        offset: i64,
        thread: u32,
        pending: bool,
        memory: &mut impl Memory,
    ) -> Result<Option<Mark>, Unreadable> {
        let address = (entry & !INHERITS).wrapping_add_signed(offset);
        if !address.is_multiple_of(4) {
            return Err(Unreadable);
        }
        let old = memory.word(address).ok_or(Unreadable)?;
        let wakes = entry & INHERITS == 0;
        let owner = old & OWNER;
        if pending && wakes && owner == 0 {
            // It may have died between the release and the wake.
            let woken = self.wake(address, 1);
            return Ok((!woken.is_empty()).then_some(Mark { address, old, new: old, woken }));
        }
        if owner != thread {
            return Ok(None);
        }
        let new = old & WAITERS | OWNER_DIED;
        memory.set_word(address, new);
        let has_waiters = wakes && old & WAITERS != 0;
        let woken = if has_waiters { self.wake(address, 1) } else { Vec::new() };
        Ok(Some(Mark { address, old, new, woken }))
    }
}

/// A word that the kernel cannot read: it gives up the walk.
struct Unreadable;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    struct Flat(BTreeMap<u64, u64>);

    impl Memory for Flat {
        fn pointer(&self, address: u64) -> Option<u64> {
            self.0.get(&address).copied()
        }
        fn word(&self, address: u64) -> Option<u32> {
            self.0.get(&address).map(|word| *word as u32)
        }
        fn set_word(&mut self, address: u64, new: u32) {
            self.0.insert(address, u64::from(new));
        }
    }

    /// A head at 16 with one node at 132, whose word lies at 100.
    fn one_lock(word: u32, linked: bool, pending: bool) -> (RobustHead, Flat) {
        let (first, pending) = (if linked { 132 } else { 16 }, if pending { 132 } else { 0 });
        let memory = Flat(BTreeMap::from([(100, u64::from(word)), (132, 16)]));
        (RobustHead { address: 16, first, offset: -32, pending }, memory)
    }

    fn waiter(participant: usize) -> Sleeper {
        Sleeper { participant, word: Some(100), until: None }
    }

    #[test]
    fn wakes_take_sleepers_in_their_order() {
        let mut kernel = Kernel::new(0);
        [2, 0, 1].into_iter().for_each(|who| kernel.sleep(waiter(who)));
        assert_eq!(kernel.wake(100, 2), [2, 0]);
        assert_eq!(kernel.wake(104, 9), [0_usize; 0]);
        assert_eq!(kernel.wake(100, 9), [1]);
    }

    #[test]
    fn time_wakes_those_whose_time_has_come() {
        let mut kernel = Kernel::new(5);
        kernel.sleep(Sleeper { until: Some(9), ..waiter(0) });
        kernel.sleep(Sleeper { word: None, until: Some(7), participant: 1 });
        assert_eq!(kernel.next_end(), Some(7));
        assert_eq!((kernel.pass_until(7), kernel.now()), (vec![1], 7));
        assert_eq!(kernel.sleepers().len(), 1);
    }

    #[test]
    fn a_held_lock_is_marked_and_one_waiter_woken() {
        let mut kernel = Kernel::new(0);
        [1, 2].into_iter().for_each(|who| kernel.sleep(waiter(who)));
        let (head, mut memory) = one_lock(WAITERS | 101, true, false);
        let marks = kernel.bury(0, 101, head, &mut memory);
        let new = WAITERS | OWNER_DIED;
        assert_eq!(marks, [Mark { address: 100, old: WAITERS | 101, new, woken: vec![1] }]);
        assert_eq!(memory.word(100), Some(new));
    }

    #[test]
    fn a_pending_word_without_owner_wakes_and_one_of_another_owner_is_left() {
        let mut kernel = Kernel::new(0);
        kernel.sleep(waiter(1));
        let (head, mut memory) = one_lock(0, false, true);
        assert_eq!(kernel.bury(0, 101, head, &mut memory)[0].woken, [1]);
        let (head, mut memory) = one_lock(102, true, true);
        assert_eq!(kernel.bury(0, 101, head, &mut memory), []);
        assert_eq!(memory.word(100), Some(102));
    }

    #[test]
    fn who_dies_asleep_is_woken_no_more() {
        let mut kernel = Kernel::new(0);
        kernel.sleep(waiter(0));
        let (head, mut memory) = one_lock(0, false, false);
        kernel.bury(0, 101, head, &mut memory);
        assert_eq!(kernel.wake(100, 1), [0_usize; 0]);
    }
}
