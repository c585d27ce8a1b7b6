//! The lessons on shared values: L12, reading without a lock; L15, a namespace; L21, `Value` and
//! `Array`. The programs are the library's examples; here their transcripts are judged.

use forkstep::process::IntoExitCode;
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

use crate::capture::capture;

#[path = "../../../core/examples/l12_readers.rs"]
mod l12_readers;
#[path = "../../../core/examples/l15_namespace.rs"]
mod l15_namespace;
#[path = "../../../core/examples/l21_value_array.rs"]
mod l21_value_array;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("l12_readers", || expect(READERS, || l12_readers::main().unwrap())),
        trial("l15_namespace", || expect(NAMESPACE, || l15_namespace::main().unwrap())),
        trial("l21_value_and_array", || expect(VALUES, || l21_value_array::main().unwrap())),
    ]
}

fn expect<T: IntoExitCode>(transcript: &str, program: impl FnOnce() -> T) {
    let (text, status) = capture(1, program);
    assert_eq!(text, transcript);
    assert!(status.success());
}

const READERS: &str = "\
two values, in the middle of a move:
a reader finds 90 in all
one value, in the middle of a move:
a reader finds [50, 50]
a writer: somebody else held the lock until the time was up
a reader finds [40, 60]
50000 moves, 3 readers; torn: [0, 0, 0]
";

const NAMESPACE: &str = "\
a child has renamed it: Pingpong, 3.00
sold 40, left 60
a child was killed by signal 9, with the lock
what it had set is there: 9.00
and the lock is free: 1.00
";

const VALUES: &str = "\
the child has 0, 0, [-10.0, -20.0, -30.0]
the parent has 100, 0, [-10.0, -20.0, -30.0]
four children have counted to 4000
get 3: there is no element 3; 0 to 2 are accepted
set 7: there is no element 7; 0 to 2 are accepted
an array of nothing: a region of 0 bytes was asked for; at least 1 is accepted
set while holding: this thread holds the lock already; write through its guard
at last: [-9.0, -8.0, -7.0]
";
