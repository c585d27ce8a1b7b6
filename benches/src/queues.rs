//! Puts forkstep's queue and its peers behind one trait.
//!
//! A peer that knows only bytes carries the numbers of the benches as 8 bytes.

mod crossbeam;
mod forkstep;
#[cfg(feature = "iceoryx2")]
mod iceoryx;
mod ipc;
mod mqueue;
mod pipe;
mod socket;
mod std_channel;

pub use crossbeam::Crossbeam;
pub use forkstep::{Batched, QueueOfBytes};
#[cfg(feature = "iceoryx2")]
pub use iceoryx::Iceoryx;
pub use ipc::{IpcBytes, IpcNumbers};
pub use mqueue::PosixQueue;
pub use pipe::Pipe;
pub use socket::SocketPair;
pub use std_channel::SyncChannel;

use crate::shared_by::{ByProcesses, ByThreads, SharedBy};

/// Is a queue of items of `N` bytes that the benches can compare.
///
/// No bench kills a participant or closes a queue in use, so an implementation panics where a
/// put or a get fails.
pub trait BenchQueue<const N: usize>: Sized {
    /// What the participants are at most that may share the queue.
    type Shared: SharedBy<Self>;

    /// What the tables call the queue.
    const NAME: &'static str;

    /// Whether several consumers may get at the same time.
    const SEVERAL_CONSUMERS: bool = true;

    /// What a reader of the figures has to know.
    const REMARK: Option<&'static str> = None;

    /// Makes an empty queue for `capacity` items.
    ///
    /// # Errors
    ///
    /// Why this one cannot be had.
    fn make(capacity: usize) -> Result<Self, String>;

    /// Gives what puts one item, waiting for room. Each producer takes it once, before time
    /// counts.
    fn putter(&self) -> impl FnMut(&[u8; N]);

    /// Gives what waits for one item, gets it and returns its stamp. Each consumer takes it once,
    /// before time counts. The buffer is for queues that copy an item to where the caller says.
    fn getter(&self) -> impl FnMut(&mut [u8; N]) -> u64;

    /// Waits until all that was put is done, for queues that know. Each producer calls it once, at
    /// its end, and its time counts.
    fn join(&self) {}

    /// What the tables call this very queue.
    fn label(&self) -> String {
        format!("{}, {}", Self::NAME, Self::Shared::BETWEEN.name())
    }
}

/// Is how a queue of typed values carries an item of `N` bytes.
pub trait Carry<const N: usize>: Send {
    /// Makes the value from an item.
    fn load(item: &[u8; N]) -> Self;

    /// Gives the stamp of the item that it was made from.
    fn stamp(&self) -> u64;
}

impl Carry<8> for u64 {
    #[inline]
    fn load(item: &[u8; 8]) -> Self {
        u64::from_le_bytes(*item)
    }

    #[inline]
    fn stamp(&self) -> u64 {
        *self
    }
}

/// By value: the item is copied in and out, as between processes.
impl Carry<1024> for [u8; 1024] {
    #[inline]
    fn load(item: &[u8; 1024]) -> Self {
        *item
    }

    #[inline]
    fn stamp(&self) -> u64 {
        read_stamp(self)
    }
}

/// Boxed: the item is copied once, and a pointer goes through the queue.
impl<const N: usize> Carry<N> for Box<[u8]> {
    #[inline]
    fn load(item: &[u8; N]) -> Self {
        Box::from(item.as_slice())
    }

    #[inline]
    fn stamp(&self) -> u64 {
        read_stamp(self)
    }
}

/// Writes a stamp to the begin and to the end of an item.
///
/// # Panics
///
/// When the item is too short for one.
#[inline]
pub fn write_stamp(item: &mut [u8], stamp: u64) {
    let stamp = stamp.to_le_bytes();
    *item.first_chunk_mut().expect("8 bytes at least") = stamp;
    *item.last_chunk_mut().expect("8 bytes at least") = stamp;
}

/// Reads the stamp of an item.
///
/// # Panics
///
/// When its begin and its end are of different items, or when it is too short for a stamp.
#[inline]
pub fn read_stamp(item: &[u8]) -> u64 {
    let [begin, end] = [item.first_chunk(), item.last_chunk()]
        .map(|stamp| u64::from_le_bytes(*stamp.expect("8 bytes at least")));
    assert_eq!(begin, end, "an item in pieces");
    begin
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_read_as_written() {
        let mut item = [0; 1024];
        write_stamp(&mut item, 77);
        assert_eq!(read_stamp(&item), 77);
        assert_eq!(<[u8; 1024]>::load(&item).stamp(), 77);
        assert_eq!(<u64 as Carry<8>>::load(&7_u64.to_le_bytes()).stamp(), 7);
    }

    #[test]
    #[should_panic(expected = "an item in pieces")]
    fn halves_of_two_items_are_noticed() {
        let mut item = [0; 16];
        write_stamp(&mut item, 1);
        item[8] = 2;
        read_stamp(&item);
    }
}
