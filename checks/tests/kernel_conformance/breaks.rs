//! Robust lists as no lock makes them, by hand: the real kernel against that of stepped processes.

use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

use crate::compare::{Compared, random_scripts, run};
use crate::drafts::For;
use crate::layout::{EDGE, Place};
use crate::script::{Act, Owner, Reply, Value};
use crate::{FREE, WAIT};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("random_lists", || random_scripts(For::Addresses)),
        trial("a_list_is_walked_to_where_it_breaks", broken_lists),
        trial("a_pending_entry_may_lie_anywhere", pending_entries),
        trial("a_circle_is_walked_to_the_limit", circles),
        trial("locks_that_inherit_priority_wake_nobody", inheriting),
        trial("a_dead_sleeper_is_in_nobodys_way", dead_sleepers),
        trial("who_wakes_nobody_wakes_one", wakes_of_none),
    ]
}

const BROKEN: [Place; 4] =
    [Place::Nowhere, Place::WithoutWord, Place::Misaligned, Place::Node(EDGE)];

/// Participant 0 owns all words; all others sleep on the first.
fn owner_of_all() -> Vec<(usize, Act)> {
    let own = Value { owner: Owner::Participant(0), waiters: true, owner_died: false };
    let stores = (0..=EDGE).map(|word| (0, Act::Store(word, own)));
    stores.chain([(1, WAIT), (2, WAIT), (3, WAIT)]).collect()
}

/// What is to be seen of a death after these steps of participant 0.
fn death(steps: &[Act]) -> Compared {
    let steps = steps.iter().chain([&Act::Die]).map(|act| (0, *act));
    run(&owner_of_all().into_iter().chain(steps).collect::<Vec<_>>(), For::Addresses)
}

fn broken_lists() {
    for to in BROKEN {
        let marked = usize::from(to == Place::Node(EDGE));
        let head = death(&[Act::Begin(1), Act::Lead { from: None, to }]);
        assert_eq!(head.tally.marked, marked, "the pending entry is not come to: {to:?}");
        let linked = [Act::Link(0), Act::Link(1), Act::Begin(2)];
        for (from, before) in [(None, 0), (Some(1), 1), (Some(0), 2)] {
            let steps = [&linked[..], &[Act::Lead { from, to }]].concat();
            assert_eq!(death(&steps).tally.marked, before + marked, "{from:?} to {to:?}");
        }
    }
}

fn pending_entries() {
    for at in BROKEN {
        let linked = [Act::BeginAt(at), Act::Link(0), Act::Link(1)];
        let marked = usize::from(at == Place::Node(EDGE));
        assert_eq!(death(&linked).tally.marked, 2 + marked, "{at:?}");
        // A node that is pending is passed by: the list goes on behind it.
        for to in BROKEN {
            let led = [Act::BeginAt(at), Act::Link(0), Act::Lead { from: Some(0), to }];
            death(&led);
        }
    }
}

fn circles() {
    for pending in [0, 1, 2] {
        let circle = Act::Lead { from: Some(0), to: Place::Node(1) };
        let steps = [Act::Link(0), Act::Link(1), Act::Begin(pending), circle];
        let marked = if pending == 2 { 3 } else { 2 };
        assert_eq!(death(&steps).tally.marked, marked);
    }
}

fn inheriting() {
    let at = Place::Inheriting(0);
    for steps in [&[Act::Lead { from: None, to: at }][..], &[Act::BeginAt(at)]] {
        let Compared { tally, .. } = death(steps);
        assert_eq!(tally.woken_by_mark, 0);
        let free = [&[Act::Store(0, FREE)], steps].concat();
        assert_eq!(death(&free).tally.woken_by_pending, 0);
    }
}

fn dead_sleepers() {
    for victim in [1, 2, 3] {
        let wakes = [(0, Act::Wake(0, 1)); 3];
        let script = [&owner_of_all()[..], &[(victim, Act::Die)], &wakes].concat();
        let Compared { replies, tally } = run(&script, For::Addresses);
        let woke = replies[replies.len() - 3..].iter().map(|replies| replies[0]);
        let counts = [1, 1, 0].map(|count| Some(Reply::Woke(count)));
        assert!(woke.eq(counts));
        assert_eq!(tally.dead_sleepers, 1);
    }
}

/// Source: `futex_wake` counts before it compares.
fn wakes_of_none() {
    for most in [0, u32::MAX] {
        let script = [owner_of_all(), vec![(0, Act::Wake(0, most))]].concat();
        let Compared { replies, .. } = run(&script, For::Addresses);
        assert_eq!(replies.last().map(|last| last[0]), Some(Some(Reply::Woke(1))), "{most}");
    }
}
