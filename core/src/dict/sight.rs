//! What a dict looks like to one who only looks.

use std::fmt;

use serde::Serialize;

use super::shard::WORD;
use super::table::{Part, Table};
use super::typed::Dict;
use crate::lock::LockSight;

/// A dict or a list as it was seen in passing: others go on meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DictSight {
    /// How many keys there were.
    pub keys: usize,
    /// Its shards.
    pub shards: Vec<ShardSight>,
}

/// One shard of a dict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShardSight {
    /// How many keys there were in it.
    pub keys: usize,
    /// How many bytes its table, entries and what they have replaced took.
    pub bytes_used: usize,
    /// How many it has; when they are used up, what nothing names any more is left behind.
    pub bytes_capacity: usize,
    /// How many slots its table has, if that is not corrupt.
    pub slots: Option<usize>,
    /// How often the table was moved.
    pub moves: u64,
    /// The lock of its writers.
    pub lock: LockSight,
}

impl Table {
    /// Looks at the table without touching it.
    pub(crate) fn sight(&self) -> DictSight {
        let shards: Vec<ShardSight> = self.parts().iter().map(Part::sight).collect();
        // As in `len`.
        DictSight { keys: shards.iter().fold(0, |n, shard| n.saturating_add(shard.keys)), shards }
    }
}

impl Part {
    fn sight(&self) -> ShardSight {
        let shard = self.shard();
        let root = shard.head.look();
        let half = shard.halves[root.half()].len();
        ShardSight {
            keys: shard.counts.keys(),
            bytes_used: shard.counts.top(root.half()).min(half) * WORD,
            bytes_capacity: half * WORD,
            slots: root.slots().filter(|slots| *slots < half),
            moves: root.generation(),
            lock: self.lock().sight(),
        }
    }
}

impl fmt::Display for DictSight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "keys       {}", self.keys)?;
        for (number, shard) in self.shards.iter().enumerate() {
            let ShardSight { keys, bytes_used, bytes_capacity, slots, moves, lock } = shard;
            let slots = slots.map_or_else(|| "corrupt".to_owned(), |slots| slots.to_string());
            write!(
                f,
                "\nshard {number:<4} {keys} keys, {bytes_used} of {bytes_capacity} bytes, \
                 {slots} slots, moved {moves} times; lock {lock}"
            )?;
        }
        Ok(())
    }
}

impl<K, V> Dict<K, V> {
    /// Looks at the dict without touching it.
    pub(crate) fn sight(&self) -> DictSight {
        self.table.sight()
    }
}
