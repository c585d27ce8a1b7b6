//! The peer of the kernel: a pipe of messages of one length.

use std::io::{PipeReader, PipeWriter, Read, Write, pipe};

use super::{BenchQueue, ByProcesses, read_stamp};

/// The length up to which the kernel never mixes two writers, nor splits an item between two
/// readers if it divides a page: `PIPE_BUF` of pipe(7).
const WHOLE: usize = 4096;

/// Holds both ends of a pipe.
#[derive(Debug)]
pub struct Pipe {
    reader: PipeReader,
    writer: PipeWriter,
}

impl<const N: usize> BenchQueue<N> for Pipe {
    type Shared = ByProcesses;
    const NAME: &'static str = "pipe";
    const SEVERAL_CONSUMERS: bool = N <= WHOLE && WHOLE.is_multiple_of(N);
    const REMARK: Option<&'static str> =
        Some("a pipe has the kernel's 64 KiB of room, whatever the number of items");

    fn make(_capacity: usize) -> Result<Self, String> {
        let (reader, writer) = pipe().map_err(|error| error.to_string())?;
        Ok(Self { reader, writer })
    }

    fn putter(&self) -> impl FnMut(&[u8; N]) {
        |item| (&self.writer).write_all(item).expect("a reader")
    }

    fn getter(&self) -> impl FnMut(&mut [u8; N]) -> u64 {
        |room| {
            (&self.reader).read_exact(room).expect("a writer");
            read_stamp(room)
        }
    }
}
