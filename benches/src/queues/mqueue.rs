//! The peer of POSIX: a message queue.

use nix::mqueue::{MQ_OFlag, MqAttr, MqdT};
use nix::mqueue::{mq_close, mq_getattr, mq_open, mq_receive, mq_send, mq_unlink};
use nix::sys::stat::Mode;

use super::{BenchQueue, ByProcesses, read_stamp};

/// The kernel's own limit on a queue's items for who may not exceed it.
const USUAL_MOST: usize = 10;

/// Holds a message queue that has no name any more.
#[derive(Debug)]
pub struct PosixQueue {
    // `None` once it is closed.
    queue: Option<MqdT>,
    capacity: i64,
}

impl<const N: usize> BenchQueue<N> for PosixQueue {
    type Shared = ByProcesses;
    const NAME: &'static str = "POSIX mq";
    const REMARK: Option<&'static str> =
        Some("a POSIX mq is for as many items as the system accepts");

    fn make(capacity: usize) -> Result<Self, String> {
        open(capacity, N).or_else(|_| open(capacity.min(USUAL_MOST), N))
    }

    fn putter(&self) -> impl FnMut(&[u8; N]) {
        |item| mq_send(self.opened(), item, 0).expect("a message is sent whole")
    }

    fn getter(&self) -> impl FnMut(&mut [u8; N]) -> u64 {
        |room| {
            let got = mq_receive(self.opened(), room, &mut 0).expect("a message");
            assert_eq!(got, N, "a message is received whole");
            read_stamp(room)
        }
    }

    fn label(&self) -> String {
        format!("POSIX mq of {}, processes", self.capacity)
    }
}

impl PosixQueue {
    fn opened(&self) -> &MqdT {
        self.queue.as_ref().expect("open until it is dropped")
    }
}

impl Drop for PosixQueue {
    fn drop(&mut self) {
        if let Some(queue) = self.queue.take() {
            mq_close(queue).expect("a descriptor of one's own");
        }
    }
}

fn open(capacity: usize, len: usize) -> Result<PosixQueue, String> {
    let name = format!("/forkstep-bench-{}", std::process::id());
    let flags = MQ_OFlag::O_CREAT | MQ_OFlag::O_EXCL | MQ_OFlag::O_RDWR;
    let asked = MqAttr::new(0, capacity as i64, len as i64, 0);
    let queue = mq_open(name.as_str(), flags, Mode::S_IRUSR | Mode::S_IWUSR, Some(&asked))
        .map_err(|error| format!("mq_open refuses {capacity} items of {len} bytes: {error}"))?;
    // Nobody else is to find it, and it is to go away with its last process.
    mq_unlink(name.as_str()).map_err(|error| error.to_string())?;
    let capacity = mq_getattr(&queue).map_err(|error| error.to_string())?.maxmsg();
    Ok(PosixQueue { queue: Some(queue), capacity })
}
