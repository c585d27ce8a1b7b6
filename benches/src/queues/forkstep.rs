//! forkstep's queue: numbers through `put` and `get`, byte items through `put_bytes`.

use forkstep::Queue;

use super::{BenchQueue, ByProcesses, read_stamp};

/// What an item takes in the queue beside its own bytes.
const OVERHEAD: usize = 8;

impl BenchQueue<8> for Queue<u64> {
    type Shared = ByProcesses;
    const NAME: &'static str = "forkstep::Queue";

    fn make(capacity: usize) -> Result<Self, String> {
        Queue::new(capacity).map_err(|error| error.to_string())
    }

    fn putter(&self) -> impl FnMut(&[u8; 8]) {
        |item| self.put(&u64::from_le_bytes(*item)).expect("an open queue")
    }

    fn getter(&self) -> impl FnMut(&mut [u8; 8]) -> u64 {
        |_| self.get().expect("an open queue")
    }
}

/// forkstep's queue for items that are bytes already.
#[derive(Debug)]
pub struct QueueOfBytes(Queue<()>);

impl<const N: usize> BenchQueue<N> for QueueOfBytes {
    type Shared = ByProcesses;
    const NAME: &'static str = "forkstep::Queue, bytes";

    fn make(capacity: usize) -> Result<Self, String> {
        let bytes = capacity * (N.next_multiple_of(8) + OVERHEAD);
        Queue::with_capacity(capacity, bytes).map(Self).map_err(|error| error.to_string())
    }

    fn putter(&self) -> impl FnMut(&[u8; N]) {
        |item| self.0.put_bytes(item).expect("an open queue")
    }

    fn getter(&self) -> impl FnMut(&mut [u8; N]) -> u64 {
        |_| read_stamp(&self.0.get_bytes().expect("an open queue"))
    }
}
