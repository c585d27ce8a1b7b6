//! forkstep's queues: numbers one by one, in batches and as tasks; byte items copied to where the
//! caller says.

use forkstep::{Drain, JoinableQueue, Queue};

use super::{BenchQueue, ByProcesses, read_stamp};
use crate::flow::BATCH;

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
        |buffer| {
            let copy = |first: &[u8], second: &[u8]| {
                let (begin, rest) = buffer.split_at_mut(first.len());
                begin.copy_from_slice(first);
                rest.copy_from_slice(second);
            };
            self.0.get_with(copy).expect("an open queue");
            read_stamp(buffer)
        }
    }
}

/// forkstep's queue, filled and emptied in batches.
#[derive(Debug)]
pub struct Batched(Queue<u64>);

impl BenchQueue<8> for Batched {
    type Shared = ByProcesses;
    const NAME: &'static str = "forkstep::Queue, batched";
    /// What a consumer has drained is its own, so one could take all that another waits for.
    const SEVERAL_CONSUMERS: bool = false;

    fn make(capacity: usize) -> Result<Self, String> {
        Queue::new(capacity).map(Self).map_err(|error| error.to_string())
    }

    fn putter(&self) -> impl FnMut(&[u8; 8]) {
        let mut batch = Vec::with_capacity(BATCH as usize);
        move |item| {
            batch.push(u64::from_le_bytes(*item));
            if batch.len() == BATCH as usize {
                self.0.put_many(&batch).expect("an open queue");
                batch.clear();
            }
        }
    }

    fn getter(&self) -> impl FnMut(&mut [u8; 8]) -> u64 {
        let mut drained: Option<Drain<u64>> = None;
        move |_| loop {
            if let Some(item) = drained.as_mut().and_then(Iterator::next) {
                return item.expect("a number");
            }
            drained = Some(self.0.drain(BATCH as usize).expect("an open queue"));
        }
    }
}

impl BenchQueue<8> for JoinableQueue<u64> {
    type Shared = ByProcesses;
    const NAME: &'static str = "forkstep::JoinableQueue";

    fn make(capacity: usize) -> Result<Self, String> {
        JoinableQueue::new(capacity).map_err(|error| error.to_string())
    }

    fn putter(&self) -> impl FnMut(&[u8; 8]) {
        |item| self.put(&u64::from_le_bytes(*item)).expect("an open queue")
    }

    fn getter(&self) -> impl FnMut(&mut [u8; 8]) -> u64 {
        |_| {
            let task = self.get().expect("an open queue");
            let stamp = *task;
            task.task_done().expect("held by this process");
            stamp
        }
    }

    fn join(&self) {
        JoinableQueue::join(self).expect("consumers that live");
    }
}
