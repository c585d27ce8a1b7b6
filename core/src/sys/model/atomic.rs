//! Atomic words of the model: a loom atomic, a companion, a number and a name.

use std::panic::Location;

use super::super::Ordering;
use super::kernel::{self, loom_op, step};
use super::plan::Cure;
use super::trace::What;

/// What an access is, for the companion cure.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Load,
    Change,
}

/// A loom word that remembers no more than one last access needs a companion; see [`Cure`].
#[derive(Debug)]
struct Companion(loom::sync::atomic::AtomicUsize);

impl Companion {
    fn touch(&self) {
        loom_op(|| self.0.fetch_add(1, Ordering::Relaxed));
    }

    fn touch_for(&self, access: Access) {
        let touches = match kernel::with(|kernel| kernel.cure()) {
            Cure::None => false,
            Cure::Loads => access == Access::Load,
            Cure::All => true,
        };
        if touches {
            self.touch();
        }
    }
}

macro_rules! atomic_word {
    ($(#[$doc:meta])* $name:ident, $value:ident) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name {
            word: loom::sync::atomic::$name,
            companion: Companion,
            number: usize,
        }

        impl $name {
            /// Makes a word with this value.
            pub fn new(value: $value) -> Self {
                Self::named(value, "word")
            }

            /// Makes a word with this value and a name for timelines.
            pub fn named(value: $value, name: &'static str) -> Self {
                Self {
                    word: loom::sync::atomic::$name::new(value),
                    companion: Companion(loom::sync::atomic::AtomicUsize::new(0)),
                    number: kernel::with(|kernel| kernel.new_word(name, value.into())),
                }
            }

            /// One shared step that changes the word by `f`, which returns what was there and what
            /// is there now (`None`: refused).
            fn change(
                &self,
                at: &'static Location<'static>,
                f: impl FnOnce(&loom::sync::atomic::$name) -> ($value, Option<$value>),
            ) -> Option<($value, Option<$value>)> {
                if !step() {
                    return None;
                }
                self.apply(at, f)
            }

            /// As [`change`](Self::change), but not a step of a participant.
            fn apply(
                &self,
                at: &'static Location<'static>,
                f: impl FnOnce(&loom::sync::atomic::$name) -> ($value, Option<$value>),
            ) -> Option<($value, Option<$value>)> {
                self.companion.touch_for(Access::Change);
                let (old, new) = loom_op(|| f(&self.word))?;
                kernel::with(|kernel| {
                    let word = kernel.name(self.number);
                    let what = match new {
                        Some(new) => {
                            let old = kernel.replace_latest(self.number, new.into());
                            What::Write { word, old, new: new.into() }
                        }
                        None => What::Refused { word, value: old.into() },
                    };
                    kernel.record(what, at);
                });
                Some((old, new))
            }

            /// Reads the word.
            #[track_caller]
            pub fn load(&self, order: Ordering) -> $value {
                let at = Location::caller();
                if !step() {
                    return 0;
                }
                self.companion.touch_for(Access::Load);
                let Some(value) = loom_op(|| self.word.load(order)) else { return 0 };
                kernel::with(|kernel| {
                    let word = kernel.name(self.number);
                    kernel.record(What::Load { word, value: value.into() }, at);
                });
                value
            }

            /// Writes the word.
            #[track_caller]
            pub fn store(&self, value: $value, order: Ordering) {
                self.change(Location::caller(), |word| {
                    // What it held is for timelines only, and the kernel knows it.
                    word.store(value, order);
                    (value, Some(value))
                });
            }

            /// Writes the word and returns what it held.
            #[track_caller]
            pub fn swap(&self, value: $value, order: Ordering) -> $value {
                let swap = |word: &loom::sync::atomic::$name| {
                    (word.swap(value, order), Some(value))
                };
                self.change(Location::caller(), swap).map_or(0, |(old, _)| old)
            }

            /// Writes `new` if the word holds `current`; returns what it held.
            ///
            /// # Errors
            ///
            /// `Err` carries the value that was there instead of `current`.
            #[track_caller]
            pub fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                let result = self.change(Location::caller(), |word| {
                    exchange(word.compare_exchange(current, new, success, failure), new)
                });
                match result {
                    Some((old, Some(_))) => Ok(old),
                    Some((found, None)) => Err(found),
                    None => Ok(current),
                }
            }

            /// Adds, wrapping around; returns what the word held.
            #[track_caller]
            pub fn fetch_add(&self, value: $value, order: Ordering) -> $value {
                let result = self.change(Location::caller(), |word| {
                    let old = word.fetch_add(value, order);
                    (old, Some(old.wrapping_add(value)))
                });
                result.map_or(0, |(old, _)| old)
            }

            /// Subtracts, wrapping around; returns what the word held.
            #[track_caller]
            pub fn fetch_sub(&self, value: $value, order: Ordering) -> $value {
                let result = self.change(Location::caller(), |word| {
                    let old = word.fetch_sub(value, order);
                    (old, Some(old.wrapping_sub(value)))
                });
                result.map_or(0, |(old, _)| old)
            }

            /// Clears the bits that are not in `value`; returns what the word held.
            #[track_caller]
            pub fn fetch_and(&self, value: $value, order: Ordering) -> $value {
                let result = self.change(Location::caller(), |word| {
                    let old = word.fetch_and(value, order);
                    (old, Some(old & value))
                });
                result.map_or(0, |(old, _)| old)
            }

            /// Raises the word to `value` if it is lower; returns what it held.
            #[track_caller]
            pub fn fetch_max(&self, value: $value, order: Ordering) -> $value {
                let result = self.change(Location::caller(), |word| {
                    let old = word.fetch_max(value, order);
                    (old, Some(old.max(value)))
                });
                result.map_or(0, |(old, _)| old)
            }
        }
    };
}

fn exchange<T>(result: Result<T, T>, new: T) -> (T, Option<T>) {
    match result {
        Ok(old) => (old, Some(new)),
        Err(found) => (found, None),
    }
}

atomic_word! {
    /// A 32-bit word that several participants may use at once; also a futex word.
    AtomicU32, u32
}
atomic_word! {
    /// A 64-bit word that several participants may use at once.
    AtomicU64, u64
}

/// What the kernel does with a futex word.
impl AtomicU32 {
    pub(super) fn number(&self) -> usize {
        self.number
    }

    pub(super) fn touch(&self) {
        self.companion.touch();
    }

    /// The newest value in modification order, which a load need not see; `None` once the execution
    /// has failed.
    pub(super) fn newest(&self) -> Option<u32> {
        self.touch();
        loom_op(|| self.word.fetch_add(0, Ordering::Relaxed))
    }

    /// Changes the word as the kernel does after a death, and says whether it did.
    pub(super) fn kernel_exchange(
        &self,
        at: &'static Location<'static>,
        current: u32,
        new: u32,
    ) -> bool {
        let (order, failure) = (Ordering::AcqRel, Ordering::Relaxed);
        let applied = self
            .apply(at, |word| exchange(word.compare_exchange(current, new, order, failure), new));
        applied.is_some_and(|(_, new)| new.is_some())
    }
}

/// Orders the accesses around it.
///
/// loom 0.7.2 does not take a fence for a place to switch at, nor two fences for steps whose order
/// matters: what a participant does between a store and a later fence is never interrupted for
/// another one's fence. A word that every full fence touches first brings those orders back.
pub fn fence(order: Ordering) {
    if step() {
        fence_now(order);
    }
}

/// A full fence after a read-modify-write of this thread; with that one, it is one step. Also what
/// the kernel's changes are, which are nobody's steps.
pub(crate) fn fence_after_rmw() {
    fence_now(Ordering::SeqCst);
}

fn fence_now(order: Ordering) {
    let cured = kernel::with(|kernel| kernel.cure()) != Cure::None;
    if order == Ordering::SeqCst
        && cured
        && let Some(companion) = kernel::with(|kernel| kernel.fences())
    {
        loom_op(|| companion.fetch_add(1, Ordering::Relaxed));
    }
    loom_op(|| loom::sync::atomic::fence(order));
}
