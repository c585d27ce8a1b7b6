//! How much was compared, and of which kinds.

use std::ops::AddAssign;

use forkstep_checks::stepped::kernel::Mark;

use crate::drafts::For;

const WAITERS: u32 = 0x8000_0000;
const OWNER: u32 = 0x3fff_ffff;

/// What the scripts of a run reached. Deaths are told by what they did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) scripts: usize,
    pub(crate) steps: usize,
    pub(crate) deaths: usize,
    /// Participants that died asleep.
    pub(crate) dead_sleepers: usize,
    /// Words that got the mark of a dead owner.
    pub(crate) marked: usize,
    /// Deaths that marked more than one.
    pub(crate) marked_several: usize,
    /// Those of them that kept the mark of waiters.
    pub(crate) kept_waiters: usize,
    /// Wakes by a death, of a word that was marked.
    pub(crate) woken_by_mark: usize,
    /// Wakes by a death, of a pending word without owner.
    pub(crate) woken_by_pending: usize,
    /// Walks that came to memory that cannot be read.
    pub(crate) broken: usize,
    /// Those that had marked a word before.
    pub(crate) broken_behind_a_mark: usize,
    /// Calls that woke somebody.
    pub(crate) wakes: usize,
    /// Those that woke several.
    pub(crate) wakes_of_several: usize,
    pub(crate) woken: usize,
    pub(crate) time_outs: usize,
}

impl Tally {
    pub(crate) fn wakes(&mut self, woken: &[usize]) {
        self.wakes += usize::from(!woken.is_empty());
        self.wakes_of_several += usize::from(woken.len() > 1);
        self.woken += woken.len();
    }

    pub(crate) fn death(&mut self, marks: &[Mark], broken: bool) {
        let is_marked = |mark: &&Mark| mark.old & OWNER != 0;
        let marked = marks.iter().filter(is_marked).count();
        self.deaths += 1;
        self.marked += marked;
        self.marked_several += usize::from(marked > 1);
        self.kept_waiters +=
            marks.iter().filter(is_marked).filter(|mark| mark.new & WAITERS != 0).count();
        for mark in marks {
            let by =
                if is_marked(&mark) { &mut self.woken_by_mark } else { &mut self.woken_by_pending };
            *by += mark.woken.len();
        }
        self.broken += usize::from(broken);
        self.broken_behind_a_mark += usize::from(broken && marked > 0);
    }

    /// Prints how much was compared.
    ///
    /// # Panics
    ///
    /// A kind of event was hardly reached that the scripts are drawn for.
    pub(crate) fn expect_all_kinds(&self, kind: For) {
        println!("{kind:?}: {self:?}");
        let few = |count: usize| count < 2;
        let for_all = [
            self.deaths,
            self.marked,
            self.marked_several,
            self.kept_waiters,
            self.woken_by_mark,
            self.woken_by_pending,
            self.wakes,
            self.wakes_of_several,
            self.time_outs,
        ];
        assert!(!for_all.into_iter().any(few), "the scripts reach too little: {self:?}");
        if kind == For::Addresses {
            let told_by_addresses = [self.dead_sleepers, self.broken, self.broken_behind_a_mark];
            assert!(!told_by_addresses.into_iter().any(few), "too little: {self:?}");
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.scripts += other.scripts;
        self.steps += other.steps;
        self.deaths += other.deaths;
        self.dead_sleepers += other.dead_sleepers;
        self.marked += other.marked;
        self.marked_several += other.marked_several;
        self.kept_waiters += other.kept_waiters;
        self.woken_by_mark += other.woken_by_mark;
        self.woken_by_pending += other.woken_by_pending;
        self.broken += other.broken;
        self.broken_behind_a_mark += other.broken_behind_a_mark;
        self.wakes += other.wakes;
        self.wakes_of_several += other.wakes_of_several;
        self.woken += other.woken;
        self.time_outs += other.time_outs;
    }
}
