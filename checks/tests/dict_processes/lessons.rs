//! The lesson on a shared dict: L13. The program is the library's example; here its transcript is
//! judged.

use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

use crate::capture::capture;

#[path = "../../../core/examples/l13_shared_dict.rs"]
mod l13_shared_dict;

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("l13_shared_dict", shared_dict)]
}

/// How many are lost without a lock is a matter of luck, but for the first round.
fn shared_dict() {
    let (text, status) = capture(1, || l13_shared_dict::run(10).unwrap());
    assert!(status.success(), "{text}");
    let (naive, others) = text.split_once('\n').unwrap();
    let lost = naive.strip_prefix("get, a pause, insert: ").unwrap();
    let lost: f64 = lost.strip_suffix(" of 9 lost on average").unwrap().parse().unwrap();
    assert!((0.8..=8.0).contains(&lost), "eight are lost in the first round of ten: {text}");
    assert_eq!(
        others,
        "the same, with a lock: 0.0 of 9 lost on average\nupdate: 0.0 of 9 lost on average\n"
    );
}
