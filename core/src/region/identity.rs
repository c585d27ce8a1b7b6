//! What a region holds, for those who open it by its name.

/// What an object in a region was made for: sizes, counts. Their meaning is the kind's.
pub(crate) type Parameters = [u64; PARAMETERS];

pub(super) const PARAMETERS: usize = 6;

/// What object a region holds and what it was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    /// A number that each type has; 0 for regions that cannot be opened.
    pub(crate) kind: u64,
    pub(crate) parameters: Parameters,
}

impl Identity {
    pub(super) const NONE: Self = Self { kind: 0, parameters: [0; PARAMETERS] };
}

/// Why the first bytes of a file are no header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeaderError {
    /// They are something else, or too few.
    NotARegion,
    /// Things lie elsewhere in such a region.
    OtherVersion { found: u64, expected: u64 },
}
