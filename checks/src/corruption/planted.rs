//! Participants that take what they read for what it ought to be: the check must find them.

#![allow(unsafe_code, reason = "a planted bug follows an offset that it has read")]

/// What is planted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Planted {
    /// Nothing.
    #[default]
    Nothing,
    /// An offset that was read is followed.
    FollowsOffsets,
    /// A number that was read is an index.
    Indexes,
    /// A length that was read is how much memory is asked for.
    AsksForMemory,
    /// It is waited for that a number becomes small.
    Waits,
}

const PAGE: usize = 4096;

impl Planted {
    /// Uses a word that has just been corrupted.
    pub(super) fn use_word(self, word: u64) {
        let page = [1_u8; PAGE];
        match self {
            Self::Nothing => {}
            Self::FollowsOffsets => {
                let place = page.as_ptr().wrapping_add(word as usize);
                // SAFETY: none, which is the bug: the offset may lead anywhere.
                std::hint::black_box(unsafe { place.read_volatile() });
            }
            Self::Indexes => {
                std::hint::black_box(page[word as usize]);
            }
            Self::AsksForMemory => {
                let len = usize::try_from(word).unwrap_or(0) % (1 << 36);
                std::hint::black_box(vec![1_u8; len]);
            }
            Self::Waits => {
                while std::hint::black_box(word) >= PAGE as u64 {
                    std::thread::yield_now();
                }
            }
        }
    }
}
