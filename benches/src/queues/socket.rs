//! The peer of the kernel that keeps items apart: a pair of unix datagram sockets.

use std::os::unix::net::UnixDatagram;

use super::{BenchQueue, ByProcesses, read_stamp};

/// Holds both sockets.
#[derive(Debug)]
pub struct SocketPair {
    to: UnixDatagram,
    from: UnixDatagram,
}

impl<const N: usize> BenchQueue<N> for SocketPair {
    type Shared = ByProcesses;
    const NAME: &'static str = "unix datagram pair";
    const REMARK: Option<&'static str> =
        Some("a datagram socket holds as many items as net.unix.max_dgram_qlen says");

    fn make(_capacity: usize) -> Result<Self, String> {
        let (to, from) = UnixDatagram::pair().map_err(|error| error.to_string())?;
        Ok(Self { to, from })
    }

    fn putter(&self) -> impl FnMut(&[u8; N]) {
        |item| {
            let sent = self.to.send(item).expect("a peer");
            assert_eq!(sent, N, "a datagram is sent whole");
        }
    }

    fn getter(&self) -> impl FnMut(&mut [u8; N]) -> u64 {
        |room| {
            let got = self.from.recv(room).expect("a peer");
            assert_eq!(got, N, "a datagram is received whole");
            read_stamp(room)
        }
    }
}
