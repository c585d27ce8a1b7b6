//! What is known of the tasks at one moment.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::owner::OwnerId;
use crate::queue::{GetError, decode};

/// A task that was got and not yet done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Holding {
    /// Its number in the order of puts, from 0.
    pub task: u64,
    /// Who works on it; `None` if its consumer died or gave it back, so that the next getter gets
    /// it, or for the moment in which a consumer takes it.
    pub owner: Option<OwnerId>,
    /// How often it was delivered.
    pub deliveries: u32,
}

/// What a queue of tasks has to do at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Unfinished {
    /// How many tasks wait for their first consumer.
    pub queued: usize,
    /// The tasks that were got and not yet done, in the order of puts.
    pub holdings: Vec<Holding>,
    /// How many were delivered too often and wait to be taken as dead letters.
    pub dead_letters: usize,
}

impl fmt::Display for Unfinished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} queued", self.queued)?;
        for Holding { task, owner, deliveries } in &self.holdings {
            match owner {
                Some(owner) => write!(f, ", task {task} held by {owner}")?,
                None => write!(f, ", task {task} held by nobody who lives")?,
            }
            if *deliveries > 1 {
                write!(f, " (delivery {deliveries})")?;
            }
        }
        write!(f, ", {} dead letters", self.dead_letters)
    }
}

/// What a [`join`](super::JoinableQueue::join) found at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Joined {
    /// How many tasks were put so far, all of which are done or dead letters.
    pub tasks: u64,
    /// How many dead letters wait to be taken.
    pub dead_letters: usize,
}

/// A task that was delivered as often as allowed and never done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its number in the order of puts, from 0.
    pub task: u64,
    /// How often it was delivered.
    pub deliveries: u32,
    /// The task as it was put.
    pub bytes: Vec<u8>,
}

impl DeadLetter {
    /// Decodes the task.
    ///
    /// # Errors
    ///
    /// [`GetError::Undecodable`] if it is none of this type.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, GetError> {
        decode(&self.bytes)
    }
}
