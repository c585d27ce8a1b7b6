//! A free list of two nodes: a stack whose top is replaced if it is still the same one.

use forkstep::atomic::{AtomicU32, Ordering};

use super::{Bug, Classic, Mended};
use crate::stepped::scenarios::words::Words;
use crate::stepped::{Log, Scenario};

/// The top of the list: the number of a node, 0 for none, and above it how often it was changed, if
/// that is counted.
const HEAD: usize = 0;
/// For each node from number 1 on, which comes next.
const NEXT: usize = 0;
/// For each node from number 1 on, whether somebody has it.
const TAKEN: usize = 2;

const NODES: u32 = 2;
const NODE: u32 = 0xffff;

/// The list, and whether changes of its top are counted.
struct FreeList {
    words: Words<AtomicU32, 5>,
    step: u32,
}

/// Found with one preemption: while one is about to replace the top by what came behind it, another
/// one takes both nodes and gives the first back, so that the top is the same and the next is not.
pub(super) fn aba() -> Classic {
    Classic::new("aba", 1, |version, name| {
        let (step, shows) = match version {
            Bug => (0, "a free list takes an old top for the same one: a node is free and taken"),
            Mended => (NODE + 1, "a free list counts the changes of its top"),
        };
        Scenario::builder(name, move || FreeList::new(step))
            .shows(shows)
            .operations(4)
            .participant("take", |list, log| {
                list.take(log);
            })
            .participant("take two, give back one", |list, log| {
                let (first, _second) = (list.take(log), list.take(log));
                log.call("give back", || first.map(|node| list.give_back(node)));
            })
            .afterwards(FreeList::check)
            .words(|list| list.words.named())
    })
}

impl FreeList {
    fn new(step: u32) -> Self {
        let words = Words::new(["head", "next of 1", "next of 2", "taken 1", "taken 2"]);
        let list = Self { words, step };
        list.words[HEAD].store(1, Ordering::Relaxed);
        list.next(1).store(2, Ordering::Relaxed);
        list
    }

    fn next(&self, node: u32) -> &AtomicU32 {
        &self.words[NEXT + node as usize]
    }

    fn taken(&self, node: u32) -> &AtomicU32 {
        &self.words[TAKEN + node as usize]
    }

    fn take(&self, log: &Log<'_>) -> Option<u32> {
        log.call("take", || {
            loop {
                let head = self.words[HEAD].load(Ordering::Acquire);
                let node = head & NODE;
                if node == 0 {
                    return None;
                }
                let next = self.next(node).load(Ordering::Relaxed);
                if self.replace(head, next) {
                    self.taken(node).store(1, Ordering::Relaxed);
                    return Some(node);
                }
            }
        })
    }

    fn give_back(&self, node: u32) {
        self.taken(node).store(0, Ordering::Relaxed);
        loop {
            let head = self.words[HEAD].load(Ordering::Relaxed);
            self.next(node).store(head & NODE, Ordering::Relaxed);
            if self.replace(head, node) {
                return;
            }
        }
    }

    /// Makes a node the top, if the head is as it was seen.
    fn replace(&self, head: u32, node: u32) -> bool {
        let new = (head & !NODE).wrapping_add(self.step) | node;
        let (done, failed) = (Ordering::AcqRel, Ordering::Relaxed);
        self.words[HEAD].compare_exchange(head, new, done, failed).is_ok()
    }

    /// Each node is taken, or in the list, and not both.
    fn check(&self, log: &Log<'_>) {
        let mut free = Vec::new();
        let mut node = self.words[HEAD].load(Ordering::Relaxed) & NODE;
        while node != 0 && free.len() <= NODES as usize {
            free.push(node);
            node = self.next(node).load(Ordering::Relaxed);
        }
        let taken = |node: &u32| self.taken(*node).load(Ordering::Relaxed) == 1;
        let taken: Vec<u32> = (1..=NODES).filter(taken).collect();
        let mut all = [free.clone(), taken.clone()].concat();
        all.sort_unstable();
        if !all.into_iter().eq(1..=NODES) {
            log.fail(&format!("free are {free:?} and taken are {taken:?}, of {NODES} nodes"));
        }
    }
}
