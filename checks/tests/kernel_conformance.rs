//! The model kernel, and that of stepped processes, against the real one: the same scripts, the
//! same to be seen after each step.
//!
//! Among waiters of one priority the real kernel wakes in the order in which they fell asleep
//! (real-time threads come first, by priority); the others know that order only.

#[cfg(target_arch = "x86_64")]
#[path = "kernel_conformance/breaks.rs"]
mod breaks;
#[path = "kernel_conformance/compare.rs"]
mod compare;
#[path = "kernel_conformance/drafts.rs"]
mod drafts;
#[cfg(target_arch = "x86_64")]
#[path = "kernel_conformance/emulation.rs"]
mod emulation;
#[path = "kernel_conformance/layout.rs"]
mod layout;
#[path = "kernel_conformance/machine.rs"]
mod machine;
#[path = "kernel_conformance/model.rs"]
mod model;
#[path = "kernel_conformance/page.rs"]
mod page;
#[path = "kernel_conformance/participant.rs"]
mod participant;
#[path = "kernel_conformance/script.rs"]
mod script;
#[cfg(target_arch = "x86_64")]
#[path = "kernel_conformance/tally.rs"]
mod tally;

use std::process::ExitCode;

use forkstep_checks::watchdog::trial;

use compare::{both, random_scripts};
use drafts::For;
use script::{ALL, Act, Owner, Reply, Value};

fn main() -> ExitCode {
    let mut trials = vec![
        trial("random_scripts", || random_scripts(For::All)),
        trial("dead_owners", dead_owners),
        trial("deaths_with_a_pending_entry", deaths_with_a_pending_entry),
        trial("deaths_with_several_locks", deaths_with_several_locks),
        trial("wakes_are_fifo", wakes_are_fifo),
        trial("who_has_timed_out_is_in_nobodys_way", who_has_timed_out),
    ];
    #[cfg(target_arch = "x86_64")]
    trials.extend(breaks::trials());
    trials.sort_by(|one, other| one.name().cmp(other.name()));
    forkstep_checks::watchdog::run(trials)
}

const FREE: Value = Value { owner: Owner::Nobody, waiters: false, owner_died: false };
const WAIT: Act = Act::Wait { word: 0, expected: FREE, limited: false };

/// All values that the word may have when participant 0 dies.
fn values() -> Vec<Value> {
    let owners = [Owner::Nobody, Owner::Participant(0), Owner::Participant(1), Owner::Stranger];
    let bits = [(false, false), (false, true), (true, false), (true, true)];
    let value = |owner| move |(waiters, owner_died)| Value { owner, waiters, owner_died };
    owners.into_iter().flat_map(|owner| bits.map(value(owner))).collect()
}

/// Two sleep on the word, whatever it holds; then participant 0 dies after `steps`.
fn die_after(steps: &[Act]) {
    for value in values() {
        let mut script: Vec<_> = steps.iter().map(|act| (0, *act)).collect();
        script.push((0, Act::Store(0, value)));
        script.extend([(2, WAIT), (1, WAIT), (0, Act::Die)]);
        both(&script);
    }
}

fn dead_owners() {
    die_after(&[]);
    die_after(&[Act::Link(0)]);
    die_after(&[Act::Link(0), Act::Link(1), Act::Unlink(0)]);
    die_after(&[Act::Link(0), Act::Link(1), Act::Unlink(1)]);
}

fn deaths_with_a_pending_entry() {
    die_after(&[Act::Begin(0)]);
    die_after(&[Act::Begin(1)]);
    die_after(&[Act::Begin(0), Act::Link(0)]);
    die_after(&[Act::Begin(0), Act::Link(0), Act::End]);
    die_after(&[Act::Link(0), Act::Begin(0), Act::Unlink(0)]);
    die_after(&[Act::Link(1), Act::Link(0), Act::Begin(1)]);
}

/// Three locks in one list, and who waits for each: one, two, nobody.
fn deaths_with_several_locks() {
    let own = |waiters| Value { owner: Owner::Participant(0), waiters, owner_died: false };
    for waiters in [false, true] {
        for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
            let mut script = Vec::new();
            for word in order {
                script.extend([(0, Act::Store(word, own(waiters))), (0, Act::Link(word))]);
            }
            let wait = |word| Act::Wait { word, expected: FREE, limited: false };
            script.extend([(1, wait(0)), (3, wait(1)), (2, wait(1))]);
            script.push((0, Act::Die));
            let replies = both(&script);
            let woken = replies.last().expect("a death").map(|r| r == Some(Reply::Woken));
            assert_eq!(woken, [false, waiters, false, waiters]);
        }
    }
}

fn wakes_are_fifo() {
    for (first, second) in [(1, 2), (2, 1)] {
        let wake = (0, Act::Wake(0, 1));
        let replies = both(&[(first, WAIT), (second, WAIT), wake, wake, wake]);
        for (step, who) in [(2, first), (3, second)] {
            assert_eq!(replies[step][0], Some(Reply::Woke(1)));
            assert_eq!(replies[step][who], Some(Reply::Woken), "step {step}");
        }
        assert_eq!(replies[4][0], Some(Reply::Woke(0)));
    }
    for (two, third) in [([1, 2], 3), ([3, 1], 2), ([2, 3], 1)] {
        let [first, second] = two;
        let wakes = [(0, Act::Wake(0, 2)), (0, Act::Wake(0, ALL))];
        let waits = [(first, WAIT), (second, WAIT), (third, WAIT)];
        let replies = both(&[&waits[..], &wakes].concat());
        assert_eq!(two.map(|who| replies[3][who]), [Some(Reply::Woken); 2]);
        assert_eq!((replies[3][third], replies[4][third]), (None, Some(Reply::Woken)));
    }
}

fn who_has_timed_out() {
    let limited = Act::Wait { word: 0, expected: FREE, limited: true };
    let wake = (0, Act::Wake(0, 1));
    let waits = [(1, WAIT), (2, limited), (3, WAIT)];
    let replies = both(&[&waits[..], &[(0, Act::Pass), wake, wake, wake]].concat());
    assert_eq!(replies[3], [None, None, Some(Reply::TimedOut), None]);
    assert_eq!([replies[4][1], replies[5][3]], [Some(Reply::Woken); 2]);
    assert_eq!(replies[6][0], Some(Reply::Woke(0)));
}
