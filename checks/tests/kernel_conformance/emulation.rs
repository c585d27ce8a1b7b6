//! The kernel of stepped processes: the same steps, with nobody who takes them.

use std::cell::Cell;

use forkstep_checks::stepped::kernel::{Kernel, Mark, Memory, RobustHead, Sleeper};

use crate::layout::{self, LEAD_ON, LED_TO, PAGE, Place, TO_WORD};
use crate::script::{Act, PARTICIPANTS, Reply, Seen, Step, Value};
use crate::tally::Tally;

/// Thread ids of stepped processes.
const TIDS: [u32; PARTICIPANTS] = [101, 102, 103, 104];
/// Where the page and the heads lie, if that were memory.
const BASE: u64 = 0x7f12_3456_7000;
const HEAD: u64 = 0x7f65_4321_0010;

/// The page of all words.
struct Page {
    bytes: Vec<u8>,
    /// Whether something that could not be read was asked for.
    refused: Cell<bool>,
}

/// Emulated participants and the words that they share.
pub(crate) struct Emulation {
    kernel: Kernel,
    page: Page,
    heads: [RobustHead; PARTICIPANTS],
    asleep: [bool; PARTICIPANTS],
    pub(crate) tally: Tally,
}

impl Emulation {
    pub(crate) fn new() -> Emulation {
        let head = RobustHead { address: HEAD, first: HEAD, offset: TO_WORD, pending: 0 };
        let mut page = Page { bytes: vec![0; PAGE], refused: Cell::new(false) };
        let on = pointer(Place::Node(LED_TO));
        LEAD_ON.into_iter().for_each(|node| page.set_pointer(node, on));
        Emulation {
            kernel: Kernel::new(1),
            page,
            heads: [head; PARTICIPANTS],
            asleep: [false; PARTICIPANTS],
            tally: Tally::default(),
        }
    }

    pub(crate) fn take(&mut self, step: Step) -> Seen {
        let Step { by, act } = step;
        let mut replies = [None; PARTICIPANTS];
        match act {
            Act::Store(..) | Act::Exchange { .. } => replies[by] = Some(self.use_word(act)),
            Act::Wait { word, expected, limited } => {
                replies[by] = self.wait(by, word, expected, limited);
            }
            Act::Wake(word, most) => {
                let most = usize::try_from(most as i32).unwrap_or(0);
                let woken = self.kernel.wake(address(word), most);
                self.tally.wakes(&woken);
                replies[by] = Some(Reply::Woke(woken.len()));
                self.end_sleep(&woken, Reply::Woken, &mut replies);
            }
            Act::Pass => self.pass(&mut replies),
            Act::Die => {
                self.die(by, &mut replies);
                replies[by] = Some(Reply::Dead);
            }
            _ => {
                self.change_list(by, act);
                replies[by] = Some(Reply::Done);
            }
        }
        let words = std::array::from_fn(|word| Value::of(self.page.bits(word), &TIDS));
        Seen { words, asleep: self.asleep, replies }
    }

    fn use_word(&mut self, act: Act) -> Reply {
        let (word, expected, new) = match act {
            Act::Store(word, new) => (word, None, new),
            Act::Exchange { word, expected, new } => (word, Some(expected), new),
            _ => unreachable!("the others change no word"),
        };
        let found = Value::of(self.page.bits(word), &TIDS);
        if expected.is_none_or(|expected| expected == found) {
            self.page.set_word(address(word), new.bits(&TIDS));
        }
        Reply::Found(found)
    }

    fn wait(&mut self, by: usize, word: usize, expected: Value, limited: bool) -> Option<Reply> {
        if self.page.bits(word) != expected.bits(&TIDS) {
            return Some(Reply::Mismatch);
        }
        let until = limited.then(|| self.kernel.now() + 1);
        self.kernel.sleep(Sleeper { participant: by, word: Some(address(word)), until });
        self.asleep[by] = true;
        None
    }

    fn pass(&mut self, replies: &mut [Option<Reply>; PARTICIPANTS]) {
        while let Some(then) = self.kernel.next_end() {
            let over = self.kernel.pass_until(then);
            self.tally.time_outs += over.len();
            self.end_sleep(&over, Reply::TimedOut, replies);
        }
    }

    fn end_sleep(
        &mut self,
        who: &[usize],
        how: Reply,
        replies: &mut [Option<Reply>; PARTICIPANTS],
    ) {
        for participant in who {
            self.asleep[*participant] = false;
            replies[*participant] = Some(how);
        }
    }

    fn change_list(&mut self, by: usize, act: Act) {
        match act {
            Act::Begin(word) => self.heads[by].pending = pointer(Place::Node(word)),
            Act::BeginAt(place) => self.heads[by].pending = pointer(place),
            Act::End => self.heads[by].pending = 0,
            Act::Link(word) => {
                self.page.set_pointer(layout::node(word), self.heads[by].first);
                self.heads[by].first = pointer(Place::Node(word));
            }
            Act::Unlink(word) => self.unlink(by, pointer(Place::Node(word))),
            Act::Lead { from: None, to } => self.heads[by].first = pointer(to),
            Act::Lead { from: Some(word), to } => {
                self.page.set_pointer(layout::node(word), pointer(to));
            }
            _ => unreachable!("the others change no list"),
        }
    }

    fn unlink(&mut self, by: usize, node: u64) {
        let next = self.page.pointer(node).expect("its node is linked");
        if self.heads[by].first == node {
            self.heads[by].first = next;
            return;
        }
        let mut at = self.heads[by].first;
        while self.page.pointer(at) != Some(node) {
            at = self.page.pointer(at).expect("the node is in the list");
        }
        self.page.set_pointer((at - BASE) as usize, next);
    }

    fn die(&mut self, by: usize, replies: &mut [Option<Reply>; PARTICIPANTS]) {
        self.tally.dead_sleepers += usize::from(std::mem::take(&mut self.asleep[by]));
        self.page.refused.set(false);
        let head = self.heads[by];
        let marks = self.kernel.bury(by, TIDS[by], head, &mut self.page);
        self.tally.death(&marks, self.page.refused.get());
        for Mark { woken, .. } in &marks {
            self.end_sleep(woken, Reply::Woken, replies);
        }
    }
}

impl Page {
    fn read<const LEN: usize>(&self, address: u64) -> Option<[u8; LEN]> {
        let at = address.checked_sub(BASE).and_then(|at| usize::try_from(at).ok());
        let end = at.and_then(|at| at.checked_add(LEN));
        let bytes = at.zip(end).and_then(|(at, end)| self.bytes.get(at..end));
        self.refused.set(self.refused.get() || bytes.is_none());
        bytes.and_then(|bytes| bytes.try_into().ok())
    }

    fn bits(&self, word: usize) -> u32 {
        self.word(address(word)).expect("a word lies in the page")
    }

    fn set_pointer(&mut self, at: usize, to: u64) {
        self.bytes[at..at + 8].copy_from_slice(&to.to_le_bytes());
    }
}

impl Memory for Page {
    fn pointer(&self, address: u64) -> Option<u64> {
        self.read(address).map(u64::from_le_bytes)
    }

    fn word(&self, address: u64) -> Option<u32> {
        self.read(address).map(u32::from_le_bytes)
    }

    fn set_word(&mut self, address: u64, new: u32) {
        let at = (address - BASE) as usize;
        self.bytes[at..at + 4].copy_from_slice(&new.to_le_bytes());
    }
}

fn address(word: usize) -> u64 {
    BASE + layout::word(word) as u64
}

fn pointer(to: Place) -> u64 {
    to.offset().map_or(HEAD, |offset| BASE + offset as u64)
}
