//! Robust lists of the model kernel, and the walk after a death.
//!
//! Source of the walk: `exit_robust_list` and `handle_futex_death` in the kernel's futex code.

#![allow(unsafe_code, reason = "the kernel keeps the addresses of words, as the real one does")]

use std::panic::Location;
use std::ptr::NonNull;

use super::atomic::AtomicU32;
use super::kernel::{self, step};
use super::trace::What;

/// The bits of a robust word, as the kernel defines them.
const WAITERS: u32 = 0x8000_0000;
const OWNER_DIED: u32 = 0x4000_0000;
const TID: u32 = 0x3fff_ffff;

/// The links of a robust word: here only the address of the word, once it is known.
#[derive(Debug, Default)]
pub(crate) struct Links;

impl Links {
    pub(crate) const fn new() -> Self {
        Self
    }
}

/// Why a lock may not be linked now: never, in the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The thread holds as many locks as the kernel would walk.
    TooMany,
    /// A node contradicted the private shadow.
    Stranded,
}

/// Never, in the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unsupported;

/// The calling participant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Current {
    tid: u32,
}

/// Where the set-up and the final check of a scenario run: a thread id of its own.
const OUTSIDE: u32 = 100;

/// Returns the calling participant: thread id 1 for participant 0 and so on.
pub(crate) fn current() -> Result<Current, Unsupported> {
    Ok(Current { tid: tid_of(kernel::with(|kernel| kernel.me())) })
}

fn tid_of(participant: Option<usize>) -> u32 {
    participant.map_or(OUTSIDE, |number| number as u32 + 1)
}

impl Current {
    pub(crate) fn tid(self) -> u32 {
        self.tid
    }

    /// Participants are processes of one thread.
    pub(crate) fn pid(self) -> u32 {
        self.tid
    }

    pub(crate) fn admit(self, _links: &Links) -> Result<(), Refusal> {
        let _ = (Refusal::TooMany, Refusal::Stranded, Unsupported);
        Ok(())
    }

    #[track_caller]
    pub(crate) fn begin(self, word: &AtomicU32, _links: &Links) {
        on_list("pending := lock", |list| list.pending = Some(NonNull::from(word)));
    }

    #[track_caller]
    pub(crate) fn end(self) {
        on_list("pending := none", |list| list.pending = None);
    }

    #[track_caller]
    pub(crate) fn link(self, word: &AtomicU32, _links: &Links) {
        on_list("link", |list| list.held.insert(0, NonNull::from(word)));
    }

    #[track_caller]
    pub(crate) fn unlink(self, word: &AtomicU32, _links: &Links) {
        on_list("unlink", |list| list.held.retain(|held| *held != NonNull::from(word)));
    }
}

#[track_caller]
fn on_list(name: &'static str, f: impl FnOnce(&mut kernel::RobustList)) {
    let at = Location::caller();
    if step() {
        kernel::with(|kernel| {
            if let Some(me) = kernel.me() {
                f(&mut kernel.robust[me]);
            }
            kernel.record(What::Robust { step: name }, at);
        });
    }
}

/// What the kernel does for a thread that has ended, in whichever way.
#[track_caller]
pub(super) fn walk_after_death(participant: usize) {
    let at = Location::caller();
    let list = kernel::with(|kernel| std::mem::take(&mut kernel.robust[participant]));
    let tid = tid_of(Some(participant));
    for word in list.held.iter().filter(|word| list.pending != Some(**word)) {
        // SAFETY: the words live in regions, which the scenario keeps until all have ended.
        owner_died(unsafe { word.as_ref() }, tid, false, at);
    }
    if let Some(word) = list.pending {
        // SAFETY: as above.
        owner_died(unsafe { word.as_ref() }, tid, true, at);
    }
}

fn owner_died(word: &AtomicU32, tid: u32, pending: bool, at: &'static Location<'static>) {
    while let Some(value) = word.newest() {
        if pending && value == 0 {
            // Died between giving up the word and waking: the wake is made up for.
            super::futex::wake(word, 1, at);
            return;
        }
        if value & TID != tid {
            return;
        }
        if word.kernel_exchange(at, value, (value & WAITERS) | OWNER_DIED) {
            kernel::with(|kernel| kernel.count_owner_death());
            if value & WAITERS != 0 {
                super::futex::wake(word, 1, at);
            }
            return;
        }
    }
}
