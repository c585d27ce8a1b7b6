//! The peer between threads in the standard library: `sync_channel`, for one consumer.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::{BenchQueue, ByThreads, Carry};

/// Holds both ends of a channel of `T`.
#[derive(Debug)]
pub struct SyncChannel<T> {
    sender: SyncSender<T>,
    // The consumer holds the lock as long as it runs, so that no get pays for it.
    receiver: Mutex<Receiver<T>>,
}

impl<const N: usize, T: Carry<N>> BenchQueue<N> for SyncChannel<T> {
    type Shared = ByThreads;
    const NAME: &'static str = "std sync_channel";
    const SEVERAL_CONSUMERS: bool = false;

    fn make(capacity: usize) -> Result<Self, String> {
        let (sender, receiver) = sync_channel(capacity);
        Ok(Self { sender, receiver: Mutex::new(receiver) })
    }

    fn putter(&self) -> impl FnMut(&[u8; N]) {
        |item| self.sender.send(T::load(item)).expect("a receiver")
    }

    fn getter(&self) -> impl FnMut(&mut [u8; N]) -> u64 {
        let receiver = self.receiver.lock().expect("no consumer panicked");
        move |_| receiver.recv().expect("a sender").stamp()
    }
}
