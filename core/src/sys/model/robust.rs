//! Robust lists of the model kernel, and the walk after a death.
//!
//! Source of the walk: `exit_robust_list` and `handle_futex_death` in the kernel's futex code.

#![allow(unsafe_code, reason = "the kernel keeps the addresses of words, as the real one does")]

use std::panic::Location;
use std::ptr::NonNull;

use super::atomic::AtomicU32;
use super::atomic::fence_after_rmw as kernel_fence;
use super::kernel::{self, step};
use super::trace::What;

/// The bits of a robust word, as the kernel defines them.
const WAITERS: u32 = 0x8000_0000;
const OWNER_DIED: u32 = 0x4000_0000;
const TID: u32 = 0x3fff_ffff;

/// The links of a robust word: here only the address of the word, once it is known.
#[derive(Debug, Default)]
pub struct Links;

impl Links {
    /// Makes links of a word that is in no list.
    pub const fn new() -> Self {
        Self
    }
}

/// Why a lock may not be linked now: never, in the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The thread holds as many locks as the kernel would walk.
    TooMany,
    /// A node contradicted the private shadow.
    Stranded,
}

/// What became of an [`unlink`](Current::unlink).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlinked {
    /// The word is out of the list.
    Done,
    /// Never, in the model.
    Stranded,
    /// The participant does not hold it.
    NotHeld,
}

/// Never, in the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsupported;

/// The calling participant.
#[derive(Clone, Copy, Debug)]
pub struct Current {
    tid: u32,
}

/// Where the set-up and the final check of a scenario run: a thread id of its own.
const OUTSIDE: u32 = 100;

/// Returns the calling participant: thread id 1 for participant 0 and so on.
///
/// # Errors
///
/// Never, in the model.
pub fn current() -> Result<Current, Unsupported> {
    Ok(Current { tid: tid_of(kernel::with(|kernel| kernel.me())) })
}

fn tid_of(participant: Option<usize>) -> u32 {
    participant.map_or(OUTSIDE, |number| number as u32 + 1)
}

impl Current {
    /// Its thread id, as the kernel finds it in robust words.
    pub fn tid(self) -> u32 {
        self.tid
    }

    /// Participants are processes of one thread.
    pub fn pid(self) -> u32 {
        self.tid
    }

    /// Says whether the word may be linked.
    ///
    /// # Errors
    ///
    /// Never, in the model.
    pub fn admit(self, _links: &Links) -> Result<(), Refusal> {
        let _ = (Refusal::TooMany, Refusal::Stranded, Unlinked::Stranded, Unsupported);
        Ok(())
    }

    /// Announces that the word is about to be taken or given up.
    #[track_caller]
    pub fn begin(self, word: &AtomicU32, _links: &Links) {
        on_list("pending := lock", |list| list.pending = Some(NonNull::from(word)));
    }

    /// Ends what [`begin`](Self::begin) announced.
    #[track_caller]
    pub fn end(self) {
        on_list("pending := none", |list| list.pending = None);
    }

    /// Puts the word at the front of the list.
    #[track_caller]
    pub fn link(self, word: &AtomicU32, _links: &Links) {
        on_list("link", |list| list.held.insert(0, NonNull::from(word)));
    }

    /// Takes the word out of the list.
    #[track_caller]
    pub fn unlink(self, word: &AtomicU32, links: &Links) -> Unlinked {
        let held = self.holds(word, links);
        on_list("unlink", |list| list.held.retain(|held| *held != NonNull::from(word)));
        if held { Unlinked::Done } else { Unlinked::NotHeld }
    }

    /// Says whether this participant holds the word.
    #[must_use]
    pub fn holds(self, word: &AtomicU32, _links: &Links) -> bool {
        kernel::with(|kernel| {
            let list = kernel.me().map(|me| &kernel.robust[me]);
            // Outside of the participants there is no list and nobody else to hold it.
            list.is_none_or(|list| list.held.contains(&NonNull::from(word)))
        })
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
pub(super) fn walk_after_death(participant: usize, crashed: bool) {
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
    if crashed || !list.held.is_empty() || list.pending.is_some() {
        // A death and the kernel's changes after it are full barriers: who looks after a fence of
        // its own sees them, and all that the dead one did.
        kernel_fence();
    }
}

fn owner_died(word: &AtomicU32, tid: u32, pending: bool, at: &'static Location<'static>) {
    while let Some(value) = word.newest() {
        if pending && value & TID == 0 {
            // Died between giving up the word and waking, or woken and not yet owner: the wake is
            // made up for. Kernels before 6.2 do so for a word of 0 only.
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
