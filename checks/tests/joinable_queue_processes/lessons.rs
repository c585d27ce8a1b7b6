//! Lesson L18: the main process ends after the last task is done. The program is one of the
//! library's examples; here its transcript is judged.

use std::collections::BTreeSet;

use forkstep_checks::backend::processes::children;
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

use crate::capture::capture;
use crate::orphan::reap_orphan;

#[path = "../../../core/examples/l18_joinable.rs"]
mod l18_joinable;

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("l18_all_is_eaten_when_the_dinner_ends", all_is_eaten)]
}

fn all_is_eaten() {
    let (text, status) = capture(1, || l18_joinable::main().unwrap());
    assert!(status.success(), "{text}");
    let dishes = |verb: &str| {
        let all: Vec<&str> = text.lines().filter_map(|l| Some(l.split_once(verb)?.1)).collect();
        assert_eq!(all.len(), 30, "{verb}: {text}");
        all.into_iter().collect::<BTreeSet<_>>()
    };
    assert_eq!(dishes(" has cooked ").len(), 30);
    assert_eq!(dishes(" has cooked "), dishes(" has eaten "));
    assert_eq!(text.lines().count(), 61, "{text}");
    // Nothing is eaten after it.
    assert_eq!(text.lines().last(), Some("all 30 dishes are eaten"), "{text}");
    // The eaters never learn of an end: the kernel kills them with their parent.
    let eaters = children();
    assert_eq!(eaters.len(), 2);
    eaters.into_iter().for_each(|eater| assert_eq!(reap_orphan(eater), libc::SIGKILL));
}
