//! Lines through a pipe that a test and its processes share: the only way in which they wait for
//! each other.

use std::io::{self, PipeReader, PipeWriter, Read as _, Write as _};

use forkstep_checks::watchdog::waiting_for;

/// Both ends of a pipe; forks inherit it, so closures borrow it.
pub(crate) struct Pipe {
    reader: PipeReader,
    writer: PipeWriter,
}

impl Pipe {
    pub(crate) fn new() -> Pipe {
        let (reader, writer) = io::pipe().expect("a pipe");
        Pipe { reader, writer }
    }

    /// Writes one line, whole: it is shorter than what a pipe takes at once.
    pub(crate) fn send(&self, line: impl ToString) {
        let line = line.to_string() + "\n";
        (&self.writer).write_all(line.as_bytes()).expect("the pipe takes a line");
    }

    /// Reads one line, byte by byte, so that the next one is left to whoever wants it.
    pub(crate) fn receive(&self, what: &str) -> String {
        waiting_for(what);
        let mut line = Vec::new();
        loop {
            let mut byte = [0];
            (&self.reader).read_exact(&mut byte).expect("the pipe stays open");
            if byte == *b"\n" {
                return String::from_utf8(line).expect("lines are text");
            }
            line.push(byte[0]);
        }
    }

    /// Reads one line that is a number.
    pub(crate) fn receive_number<N: std::str::FromStr>(&self, what: &str) -> N {
        let line = self.receive(what);
        line.parse().unwrap_or_else(|_| panic!("{what}: not a number: {line}"))
    }
}

/// Waits until every process that holds the other end has let go of it, as death does.
pub(crate) fn wait_for_end_of(mut life: PipeReader, what: &str) {
    waiting_for(what);
    let rest = life.read_to_end(&mut Vec::new()).expect("the pipe can be read");
    assert_eq!(rest, 0, "a pipe that stands for a life carries no bytes");
}
