//! What executions of scripts came to.

use std::collections::BTreeMap;
use std::fmt;

/// What was done, and what it led to: no faults, or there would be an error instead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Corrupted {
    /// How many scripts were executed.
    pub scripts: u64,
    /// How many times memory was corrupted, by whoever used it. What another process did meanwhile
    /// comes on top of that.
    pub corruptions: u64,
    /// How many operations were called.
    pub operations: u64,
    /// How many values were read that nobody had written so.
    pub wrong_data: u64,
    /// How many errors there were, by their names.
    pub errors: BTreeMap<&'static str, u64>,
}

impl fmt::Display for Corrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scripts, corruptions, operations, wrong_data, errors } = self;
        write!(f, "{scripts} scripts, {corruptions} corruptions, {operations} operations: ")?;
        write!(f, "0 faults, 0 hangs, {wrong_data} reads of wrong data, errors:")?;
        errors.iter().try_for_each(|(name, count)| write!(f, " {name} {count}"))
    }
}
