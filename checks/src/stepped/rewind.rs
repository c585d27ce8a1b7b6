//! Back to an earlier state of the same execution.
//!
//! To run an execution anew takes a fork for each participant and a stop for each step. To go back
//! takes less: each participant that has moved since gets the registers and the private memory
//! that it had, and shared memory is undone change by change. Private memory is that of the pages
//! that any participant of this role has been seen to write to (the *hot* pages); a page that is
//! written to for the first time behind the state that is gone back to is found by the kernel's
//! page map, which tells pages of a process's own from those that it still shares with its
//! template.

use std::collections::BTreeSet;
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::rc::Rc;

use super::instruction::Use;
use super::kernel::Kernel;
use super::machine::Machine;
use super::participant::{Participant, Standing};
use super::spin::Turns;
use crate::ptrace::Registers;

/// A state of an execution, for [`Machine::restore`] in the same execution.
#[derive(Clone, Debug)]
pub(super) struct Save {
    epoch: usize,
    kernel: Kernel,
    changes: usize,
    trace: usize,
    choices: usize,
    precedence: u128,
    participants: Vec<Rc<Kept>>,
}

/// A participant as it was.
#[derive(Debug)]
pub(super) struct Kept {
    standing: Standing,
    learnt: u128,
    answered: u128,
    responses: u32,
    invoked: bool,
    heard: usize,
    uses: Vec<Use>,
    read: Option<Vec<u8>>,
    spins_at: Option<u128>,
    /// `None` of one that was gone.
    body: Option<Body>,
}

/// What its process had for itself.
#[derive(Debug)]
struct Body {
    registers: Registers,
    /// Where the pages lie that it has written to, and what they hold, one behind the other.
    pages: Vec<u64>,
    content: Vec<u8>,
}

/// The size of a page.
const PAGE: u64 = 4096;
/// In an entry of the page map: there is a page, and no other process has it (proc_pid_pagemap(5)).
const PRESENT: u64 = 1 << 63;
const EXCLUSIVE: u64 = 1 << 56;
/// How far below its mapping a stack may have grown.
const STACK_GROWTH: u64 = 64 * PAGE;

/// The pages that participants write to.
#[derive(Debug)]
pub(super) struct Hot {
    /// Of each participant.
    pages: Vec<BTreeSet<u64>>,
    /// How often pages were found that earlier saves do not have.
    epoch: usize,
    /// Where private and writable memory lies.
    ranges: Vec<std::ops::Range<u64>>,
}

impl Machine<'_> {
    /// Keeps the state for a later [`restore`](Self::restore).
    ///
    /// # Errors
    ///
    /// A participant is gone.
    pub(super) fn save(&mut self) -> Result<Save, String> {
        let each = 0..self.participants.len();
        let participants = each.map(|index| self.keep(index)).collect::<Result<_, _>>()?;
        Ok(Save {
            epoch: self.hot.epoch,
            kernel: self.kernel.clone(),
            changes: self.memory.changes(),
            trace: self.trace.len(),
            choices: self.choices.len(),
            precedence: self.precedence,
            participants,
        })
    }

    /// Goes back to a state that this execution has been in: that in which `save` was made.
    ///
    /// # Errors
    ///
    /// The kernel refuses a process.
    pub(super) fn restore(&mut self, save: &mut Save) -> Result<(), String> {
        if self.choices.len() == save.choices {
            return Ok(());
        }
        let tainted = self.participants.iter().any(|participant| participant.tainted);
        if tainted || self.find_new_pages(save)? || save.epoch != self.hot.epoch {
            let choices = self.choices[..save.choices].to_vec();
            self.begin()?;
            choices.into_iter().for_each(|choice| self.take(choice));
            *save = self.save()?;
            return Ok(());
        }
        self.kernel = save.kernel.clone();
        self.memory.undo(save.changes);
        self.trace.truncate(save.trace);
        self.choices.truncate(save.choices);
        self.precedence = save.precedence;
        self.wrong = None;
        let mut each = save.participants.iter().enumerate();
        each.try_for_each(|(index, kept)| self.put_back(index, kept))
    }

    /// Ends the execution and begins the next one from the same state, by going back if that is
    /// possible.
    ///
    /// # Errors
    ///
    /// The kernel refuses a process.
    pub(super) fn begin_again(&mut self) -> Result<(), String> {
        match self.beginning.take() {
            Some(mut beginning) => {
                self.restore(&mut beginning)?;
                self.beginning = Some(beginning);
            }
            None => {
                self.begin()?;
                self.beginning = Some(self.save()?);
            }
        }
        Ok(())
    }

    /// The pages that a participant has been seen to write to.
    pub(super) fn hot_pages(&self, index: usize) -> impl Iterator<Item = u64> + use<> {
        self.hot.pages[index].clone().into_iter()
    }

    fn keep(&mut self, index: usize) -> Result<Rc<Kept>, String> {
        if let Some(kept) = &self.participants[index].kept {
            return Ok(kept.clone());
        }
        let body = self.participants[index].process.as_ref().map(|process| {
            let general = self.participants[index].registers;
            let gone = |_| format!("P{index} is gone");
            let registers = process.registers(general).map_err(gone)?;
            let pages: Vec<_> = self.hot.pages[index].iter().copied().collect();
            let mut content = vec![0; pages.len() * PAGE as usize];
            let errno = |errno| format!("the memory of P{index} cannot be read: {errno}");
            process.read_each(&pages, PAGE as usize, &mut content).map_err(errno)?;
            Ok::<_, String>(Body { registers, pages, content })
        });
        let body = body.transpose()?;
        let participant = &mut self.participants[index];
        let kept = Rc::new(Kept {
            standing: participant.standing,
            learnt: participant.learnt,
            answered: participant.answered,
            responses: participant.responses,
            invoked: participant.invoked,
            heard: participant.heard,
            uses: participant.uses.clone(),
            read: participant.read.clone(),
            spins_at: participant.spins_at,
            body,
        });
        participant.kept = Some(kept.clone());
        Ok(kept)
    }

    fn put_back(&mut self, index: usize, kept: &Rc<Kept>) -> Result<(), String> {
        let current = self.participants[index].kept.as_ref();
        if current.is_some_and(|current| Rc::ptr_eq(current, kept)) {
            return Ok(());
        }
        if kept.body.is_some() && self.participants[index].process.is_none() {
            self.participants[index] = Participant::new(index);
            self.revive(index)?;
        }
        self.template.journal.cut(index, kept.heard);
        let participant = &mut self.participants[index];
        participant.standing = kept.standing;
        participant.learnt = kept.learnt;
        participant.answered = kept.answered;
        participant.responses = kept.responses;
        participant.invoked = kept.invoked;
        participant.heard = kept.heard;
        participant.uses.clone_from(&kept.uses);
        participant.read.clone_from(&kept.read);
        participant.spins_at = kept.spins_at;
        participant.turns = Turns::default();
        participant.kept = Some(kept.clone());
        let Some(body) = &kept.body else {
            if let Some(process) = participant.process.take() {
                process.kill();
            }
            return Ok(());
        };
        let process = participant.process.as_ref().ok_or("a participant is gone")?;
        participant.registers = body.registers.general;
        let mut registers = body.registers.clone();
        // Whatever call it is stopped in is not made.
        registers.general.orig_rax = u64::MAX;
        process.set_registers(&mut registers).map_err(|_| format!("P{index} is gone"))?;
        let errno = |errno| format!("the memory of P{index} cannot be written: {errno}");
        process.write_each(&body.pages, PAGE as usize, &body.content).map_err(errno)
    }

    /// Looks for pages that participants have written to since `save`, and that no save has yet.
    fn find_new_pages(&mut self, save: &Save) -> Result<bool, String> {
        let mut found = false;
        for (index, kept) in save.participants.iter().enumerate() {
            let now = self.participants[index].kept.as_ref();
            let moved = !now.is_some_and(|now| Rc::ptr_eq(now, kept));
            found |= moved && self.note_pages(index)?;
        }
        Ok(found)
    }

    /// Adds what a participant has written to to what saves have; says whether that is new.
    pub(super) fn note_pages(&mut self, index: usize) -> Result<bool, String> {
        let participant = &mut self.participants[index];
        let Some(process) = &participant.process else { return Ok(false) };
        let path = format!("/proc/{}/pagemap", process.pid());
        let map = match participant.page_map.take() {
            Some(map) => map,
            None => File::open(&path).map_err(|error| format!("{path}: {error}"))?,
        };
        let mut found = false;
        for range in &self.hot.ranges {
            let own = own_pages(&map, range).map_err(|error| format!("{path}: {error}"))?;
            own.into_iter().for_each(|page| found |= self.hot.pages[index].insert(page));
        }
        self.participants[index].page_map = Some(map);
        if found {
            self.hot.epoch += 1;
            self.participants.iter_mut().for_each(|participant| participant.kept = None);
        }
        Ok(found)
    }
}

impl Hot {
    /// Nothing is known yet of the children of this process.
    ///
    /// # Errors
    ///
    /// `/proc` cannot be read.
    pub(super) fn new(template: i32, participants: usize) -> Result<Self, String> {
        let all = super::mappings::mappings(&template.to_string())?;
        let private = all.iter().filter(|mapping| mapping.writable && !mapping.shared);
        let ranges = private.map(|mapping| {
            let growth = if mapping.name == "[stack]" { STACK_GROWTH } else { 0 };
            mapping.start - growth..mapping.end
        });
        let pages = vec![BTreeSet::new(); participants];
        Ok(Self { pages, epoch: 0, ranges: ranges.collect() })
    }
}

/// The pages of a range that a process has for itself.
fn own_pages(map: &File, range: &std::ops::Range<u64>) -> std::io::Result<Vec<u64>> {
    let count = ((range.end - range.start) / PAGE) as usize;
    let mut entries = vec![0; count * 8];
    let read = map.read_at(&mut entries, range.start / PAGE * 8)?;
    let words = entries[..read].chunks_exact(8).map(|word| word.try_into().map(u64::from_le_bytes));
    let pages = (range.start..).step_by(PAGE as usize).zip(words);
    let own = |word: u64| word & (PRESENT | EXCLUSIVE) == PRESENT | EXCLUSIVE;
    Ok(pages.filter(|(_, word)| word.is_ok_and(own)).map(|(page, _)| page).collect())
}
