//! The peer between processes: servo's ipc-channel, for one consumer.

use ipc_channel::ipc::{self, IpcBytesReceiver, IpcBytesSender, IpcReceiver, IpcSender};

use super::{BenchQueue, ByProcesses, read_stamp};

const NAME: &str = "ipc-channel";
const REMARK: &str = "ipc-channel takes no capacity: it is unbounded, but for the socket beneath";

/// Holds both ends of a channel of numbers.
#[derive(Debug)]
pub struct IpcNumbers(IpcSender<u64>, IpcReceiver<u64>);

/// Holds both ends of a channel of bytes.
#[derive(Debug)]
pub struct IpcBytes(IpcBytesSender, IpcBytesReceiver);

impl BenchQueue<8> for IpcNumbers {
    type Shared = ByProcesses;
    const NAME: &'static str = NAME;
    const SEVERAL_CONSUMERS: bool = false;
    const REMARK: Option<&'static str> = Some(REMARK);

    fn make(_capacity: usize) -> Result<Self, String> {
        let (sender, receiver) = ipc::channel().map_err(|error| error.to_string())?;
        Ok(Self(sender, receiver))
    }

    fn putter(&self) -> impl FnMut(&[u8; 8]) {
        |item| self.0.send(u64::from_le_bytes(*item)).expect("a receiver")
    }

    fn getter(&self) -> impl FnMut(&mut [u8; 8]) -> u64 {
        |_| self.1.recv().expect("a sender")
    }
}

impl<const N: usize> BenchQueue<N> for IpcBytes {
    type Shared = ByProcesses;
    const NAME: &'static str = NAME;
    const SEVERAL_CONSUMERS: bool = false;
    const REMARK: Option<&'static str> = Some(REMARK);

    fn make(_capacity: usize) -> Result<Self, String> {
        let (sender, receiver) = ipc::bytes_channel().map_err(|error| error.to_string())?;
        Ok(Self(sender, receiver))
    }

    fn putter(&self) -> impl FnMut(&[u8; N]) {
        |item| self.0.send(item).expect("a receiver")
    }

    fn getter(&self) -> impl FnMut(&mut [u8; N]) -> u64 {
        |_| read_stamp(&self.1.recv().expect("a sender"))
    }
}
