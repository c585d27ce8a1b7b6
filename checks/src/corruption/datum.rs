//! What the objects are filled with.

use serde::{Deserialize, Serialize};

/// A value that shows whether it is as somebody wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Datum {
    number: u16,
    bytes: Vec<u8>,
}

impl Datum {
    pub(super) fn new(number: u16) -> Self {
        Self { number, bytes: vec![number as u8; usize::from(number % 40)] }
    }

    pub(super) fn is_sound(&self) -> bool {
        *self == Self::new(self.number)
    }
}
