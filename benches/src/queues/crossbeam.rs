//! The peer between threads: crossbeam's bounded channel.

use crossbeam_channel::{Receiver, Sender, bounded};

use super::{BenchQueue, ByThreads, Carry};

/// Holds both ends of a channel of `T`.
#[derive(Debug)]
pub struct Crossbeam<T> {
    sender: Sender<T>,
    receiver: Receiver<T>,
}

impl<const N: usize, T: Carry<N>> BenchQueue<N> for Crossbeam<T> {
    type Shared = ByThreads;
    const NAME: &'static str = "crossbeam bounded";

    fn make(capacity: usize) -> Result<Self, String> {
        let (sender, receiver) = bounded(capacity);
        Ok(Self { sender, receiver })
    }

    fn putter(&self) -> impl FnMut(&[u8; N]) {
        |item| self.sender.send(T::load(item)).expect("a receiver")
    }

    fn getter(&self) -> impl FnMut(&mut [u8; N]) -> u64 {
        |_| self.receiver.recv().expect("a sender").stamp()
    }
}
