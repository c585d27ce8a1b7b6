//! Atomic words: the ones of `std`, under a name of their own so that the model can replace them.

#![allow(clippy::disallowed_types, reason = "this file is the seam's door to std's atomics")]
#![allow(clippy::disallowed_methods, reason = "this file is the seam's door to std's fence")]

use super::super::Ordering;

macro_rules! atomic_word {
    ($(#[$doc:meta])* $name:ident, $std:ident, $value:ident) => {
        $(#[$doc])*
        ///
        /// When a process dies, the word keeps the value of the last operation that took effect:
        /// no operation on it can be half done.
        #[repr(transparent)]
        #[derive(Debug, Default)]
        pub struct $name(std::sync::atomic::$std);

        impl $name {
            /// Makes a word with this value.
            #[inline]
            pub const fn new(value: $value) -> Self {
                Self(std::sync::atomic::$std::new(value))
            }

            /// Makes a word with this value; the name is for the model's timelines.
            #[inline]
            pub const fn named(value: $value, _name: &'static str) -> Self {
                Self::new(value)
            }

            /// Reads the word.
            #[inline]
            pub fn load(&self, order: Ordering) -> $value {
                self.0.load(order)
            }

            /// Writes the word.
            #[inline]
            pub fn store(&self, value: $value, order: Ordering) {
                self.0.store(value, order);
            }

            /// Writes the word and returns what it held.
            #[inline]
            pub fn swap(&self, value: $value, order: Ordering) -> $value {
                self.0.swap(value, order)
            }

            /// Writes `new` if the word holds `current`; returns what it held.
            ///
            /// # Errors
            ///
            /// `Err` carries the value that was there instead of `current`.
            #[inline]
            pub fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                self.0.compare_exchange(current, new, success, failure)
            }

            /// Adds, wrapping around; returns what the word held.
            #[inline]
            pub fn fetch_add(&self, value: $value, order: Ordering) -> $value {
                self.0.fetch_add(value, order)
            }

            /// Subtracts, wrapping around; returns what the word held.
            #[inline]
            pub fn fetch_sub(&self, value: $value, order: Ordering) -> $value {
                self.0.fetch_sub(value, order)
            }

            /// Clears the bits that are not in `value`; returns what the word held.
            #[inline]
            pub fn fetch_and(&self, value: $value, order: Ordering) -> $value {
                self.0.fetch_and(value, order)
            }

            /// Raises the word to `value` if it is lower; returns what it held.
            #[inline]
            pub fn fetch_max(&self, value: $value, order: Ordering) -> $value {
                self.0.fetch_max(value, order)
            }
        }
    };
}

atomic_word! {
    /// A 32-bit word that several processes may use at once; also a futex word.
    AtomicU32, AtomicU32, u32
}
atomic_word! {
    /// A 64-bit word that several processes may use at once.
    AtomicU64, AtomicU64, u64
}

impl AtomicU32 {
    /// The address for the kernel.
    pub(super) fn as_ptr(&self) -> *mut u32 {
        self.0.as_ptr()
    }
}

/// Orders the accesses around it, as [`std::sync::atomic::fence`].
#[inline]
pub fn fence(order: Ordering) {
    std::sync::atomic::fence(order);
}

/// A full fence directly after a read-modify-write of this thread. On x86 the locked instruction is
/// one already, and only the compiler has to be kept from moving accesses across it.
///
/// Source: `smp_mb__after_atomic` in the kernel's memory-barriers.txt.
#[inline]
pub(crate) fn fence_after_rmw() {
    if cfg!(target_arch = "x86_64") {
        std::sync::atomic::compiler_fence(Ordering::SeqCst);
    } else {
        fence(Ordering::SeqCst);
    }
}
