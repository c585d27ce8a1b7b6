//! The lessons on pipes: L19, two readers on one end, and L20, a pipe step by step. The programs
//! are the library's examples; here their transcripts are judged.

use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

use crate::capture::capture;

#[path = "../../../core/examples/l19_two_readers.rs"]
mod l19_two_readers;
#[path = "../../../core/examples/l20_pipe.rs"]
mod l20_pipe;

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("l19_two_readers", two_readers), trial("l20_pipe_step_by_step", pipe_step_by_step)]
}

/// Bob's length is the begin of Ann's text; hers ends with the length of his.
const READERS: &str = "\
a pipe of the system:
Ann reads a length: 5
Bob reads a length: 1819308129
Ann reads a text: \"e\\u{6}\\0\\0\\0\"
Bob reads a text: \"banana\"
a pipe of forkstep:
Ann receives \"apple\"
Bob receives \"banana\"
";

fn two_readers() {
    let (text, status) = capture(1, || l19_two_readers::main().unwrap());
    assert_eq!(text, READERS);
    assert!(status.success());
}

const STEPS: &str = "\
something to read? false
something to read? true
cat has 3 letters
something to read? true
horse has 5 letters
try to receive: the pipe is empty
receive within a moment: the pipe is empty
the child: end of file: the other end of the pipe is gone
the child left -9
receive: my last words
receive: end of file: the other end of the pipe is gone
send: no process holds the other end of the pipe any more
";

fn pipe_step_by_step() {
    let (text, status) = capture(1, || l20_pipe::main().unwrap());
    assert_eq!(text, STEPS);
    assert!(status.success());
}
