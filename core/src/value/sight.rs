//! What a value or an array looks like to one who does not know its type.

use std::fmt;

use serde::Serialize;

use super::owned::bytes;
use crate::lock::{Lock, LockSight};
use crate::named::{Kind, Nameable};
use crate::region::{Layout, Parameters, RegionError};

/// A value or an array as it was seen in passing; what its values are, only its users know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ValuesSight {
    /// How many values there are: 1, if it is not an array.
    pub len: u64,
    /// How many bytes each has.
    pub value_bytes: u64,
    /// The lock of its writers.
    pub lock: LockSight,
}

/// What comes before the values of whatever type, of a `Value` or of an `Array`.
#[derive(Debug)]
pub(crate) struct Looked<const ARRAY: bool> {
    lock: Lock,
    len: u64,
    value_bytes: u64,
}

impl<const ARRAY: bool> Looked<ARRAY> {
    pub(crate) fn sight(&self) -> ValuesSight {
        let Self { lock, len, value_bytes } = self;
        ValuesSight { len: *len, value_bytes: *value_bytes, lock: lock.sight() }
    }
}

impl<const ARRAY: bool> Nameable for Looked<ARRAY> {
    const KIND: Kind = if ARRAY { Kind::Array } else { Kind::Value };
    const PARAMETERS: usize = 2;

    fn bytes(parameters: Parameters) -> Result<usize, RegionError> {
        let [value_bytes, len, ..] = parameters.map(|word| word as usize);
        if ARRAY || len == 1 { bytes(value_bytes, len) } else { Err(RegionError::Empty) }
    }

    fn lay_out(layout: &mut Layout<'_>, parameters: Parameters) -> Result<Self, RegionError> {
        let [value_bytes, len, ..] = parameters;
        Ok(Self { lock: Lock::lay_out(layout)?, len, value_bytes })
    }
}

impl fmt::Display for ValuesSight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "values     {} of {} bytes", self.len, self.value_bytes)?;
        write!(f, "lock       {}", self.lock)
    }
}
