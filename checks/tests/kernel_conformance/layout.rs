//! Where the words lie and where a list can lead: the same in real memory and in emulated.
//!
//! One page between two that nobody can read. A node lies 32 bytes behind its word, as glibc
//! registers it; the last word ends the page, so that its node is out of reach.

use crate::script::WORDS;

/// The bytes of a page.
pub(crate) const PAGE: usize = 4096;
/// From a node to its word.
pub(crate) const TO_WORD: i64 = -32;
const NODE_BEHIND: usize = 32;

/// The word whose node lies out of reach.
pub(crate) const EDGE: usize = WORDS - 1;

/// Nodes without words that lead on, from the beginning, to the node of [`LED_TO`].
pub(crate) const LEAD_ON: [usize; 2] = [0, 34];
/// The word that a walk comes to if it does not end where it must.
pub(crate) const LED_TO: usize = 2;

/// Where a pointer of a robust list leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// To the head: the list ends.
    Home,
    /// To the node of a word.
    Node(usize),
    /// There too, with the mark of a lock that inherits priority.
    Inheriting(usize),
    /// To a node whose word would be misaligned; the node leads on.
    Misaligned,
    /// To a node that can be read and leads on, whose word cannot be read.
    WithoutWord,
    /// To memory that cannot be read.
    Nowhere,
}

impl Place {
    /// Counted from the start of the page; `None` for the head, which lies elsewhere.
    pub(crate) fn offset(self) -> Option<usize> {
        Some(match self {
            Place::Home => return None,
            Place::Node(word) => node(word),
            Place::Inheriting(word) => node(word) + 1,
            Place::WithoutWord => LEAD_ON[0],
            Place::Misaligned => LEAD_ON[1],
            Place::Nowhere => PAGE + 64,
        })
    }
}

/// Where a word lies, counted from the start of the page.
pub(crate) fn word(word: usize) -> usize {
    if word == EDGE { PAGE - NODE_BEHIND } else { 64 * (word + 1) }
}

/// Where the node of a word lies.
pub(crate) fn node(of: usize) -> usize {
    word(of) + NODE_BEHIND
}
