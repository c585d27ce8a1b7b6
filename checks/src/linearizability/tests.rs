//! Known answers, and a comparison with a search of all orders.

use super::{Operation, Sees, linearize};

type Lanes = Vec<Vec<Operation<u8>>>;

const ABSENT: u8 = 0;

fn operation(from: u64, to: u64, sees: Sees<u8>, leaves: Option<u8>) -> Operation<u8> {
    Operation { invocation: from, response: to, in_doubt: false, sees, leaves }
}

fn read(from: u64, to: u64, value: u8) -> Operation<u8> {
    operation(from, to, Sees::Just(value), None)
}

fn write(from: u64, to: u64, value: u8) -> Operation<u8> {
    operation(from, to, Sees::Anything, Some(value))
}

fn update(from: u64, to: u64, old: u8, new: u8) -> Operation<u8> {
    operation(from, to, Sees::Just(old), Some(new))
}

fn in_doubt(operation: Operation<u8>) -> Operation<u8> {
    Operation { in_doubt: true, ..operation }
}

fn accepts(lanes: &[&[Operation<u8>]]) -> bool {
    let lanes: Lanes = lanes.iter().map(|lane| lane.to_vec()).collect();
    let found = linearize(ABSENT, &lanes).is_ok();
    assert_eq!(found, any_order(ABSENT, &lanes), "{lanes:?}");
    found
}

#[test]
fn what_follows_in_time_follows_in_the_order() {
    assert!(accepts(&[]));
    assert!(accepts(&[&[write(0, 1, 7)], &[read(2, 3, 7)]]));
    assert!(!accepts(&[&[write(0, 1, 7)], &[read(2, 3, ABSENT)]]));
    assert!(!accepts(&[&[write(2, 3, 7)], &[read(0, 1, 7)]]));
    assert!(!accepts(&[&[write(0, 1, 7), write(2, 3, 8)], &[read(4, 5, 7)]]));
}

#[test]
fn what_overlaps_may_come_in_either_order() {
    assert!(accepts(&[&[write(0, 9, 7)], &[read(1, 2, ABSENT), read(3, 4, 7)]]));
    assert!(!accepts(&[&[write(0, 9, 7)], &[read(1, 2, 7), read(3, 4, ABSENT)]]));
    // Two readers must agree on the order of two writers.
    let writers = [&[write(0, 1, 7)][..], &[write(0, 1, 8)]];
    let (one, other) = ([read(2, 3, 7), read(4, 5, 8)], [read(0, 1, 8), read(4, 5, 7)]);
    assert!(!accepts(&[writers[0], writers[1], &one]));
    assert!(!accepts(&[writers[0], writers[1], &other, &[read(2, 3, 8)]]));
    assert!(accepts(&[writers[0], writers[1], &other]));
    // At the same moment is not before.
    assert!(accepts(&[&[write(0, 1, 7)], &[read(1, 2, ABSENT)]]));
}

#[test]
fn an_update_sees_and_writes_in_one_step() {
    assert!(accepts(&[&[update(0, 9, ABSENT, 7)], &[update(0, 9, 7, 8)], &[read(10, 11, 8)]]));
    assert!(!accepts(&[&[update(0, 9, ABSENT, 7)], &[update(0, 9, ABSENT, 8)]]));
    let failed = |value| operation(2, 3, Sees::Other(value), None);
    assert!(accepts(&[&[write(0, 1, 7)], &[failed(ABSENT)]]));
    assert!(!accepts(&[&[write(0, 1, 7)], &[failed(7)]]));
}

#[test]
fn what_its_process_died_in_may_have_happened_but_not_later() {
    let dead = in_doubt(write(0, 5, 7));
    assert!(accepts(&[&[dead], &[read(2, 3, ABSENT), read(4, 6, ABSENT)]]));
    assert!(accepts(&[&[dead], &[read(2, 3, ABSENT), read(4, 6, 7), read(7, 8, 7)]]));
    // Strictly: its process is dead from 5 on.
    assert!(!accepts(&[&[dead], &[read(6, 7, ABSENT), read(8, 9, 7)]]));
    assert!(accepts(&[&[dead], &[read(5, 7, ABSENT), read(8, 9, ABSENT)]]));
    let dead = in_doubt(update(0, 5, 8, 7));
    assert!(!accepts(&[&[dead], &[read(6, 7, 7)]]));
}

#[test]
fn who_is_stuck_is_named() {
    let lanes = [vec![write(0, 1, 7), read(4, 5, 9)], vec![read(2, 3, 7)]];
    let stuck = linearize(ABSENT, &lanes).unwrap_err();
    assert_eq!((stuck.state, stuck.next.len()), (7, 2));
    assert_eq!(stuck.next, [Some((1, &read(4, 5, 9))), None]);
    let text = format!("{stuck:?}");
    assert!(text.contains("P0's operation 1, from 4 to 5, sees Just(9)"), "{text}");
}

/// Numbers that look random, the same ones each time.
fn draws(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (state >> 33) % below
    }
}

#[test]
fn random_histories_are_judged_as_by_a_search_of_all_orders() {
    let mut draw = draws(3);
    let mut accepted = 0;
    let histories = 20_000;
    for _ in 0..histories {
        let lanes: Lanes = (0..1 + draw(3)).map(|_| random_lane(&mut draw)).collect();
        let found = linearize(ABSENT, &lanes).is_ok();
        assert_eq!(found, any_order(ABSENT, &lanes), "{lanes:?}");
        accepted += u32::from(found);
    }
    assert!((histories / 10..histories / 10 * 9).contains(&accepted), "{accepted} are accepted");
}

fn random_lane(draw: &mut impl FnMut(u64) -> u64) -> Vec<Operation<u8>> {
    let mut now = draw(4);
    let mut lane: Vec<_> = (0..1 + draw(2)).map(|_| random_operation(draw, &mut now)).collect();
    if draw(4) == 0 {
        lane = lane.into_iter().map(in_doubt).collect();
    }
    lane
}

fn random_operation(draw: &mut impl FnMut(u64) -> u64, now: &mut u64) -> Operation<u8> {
    let (from, to) = (*now, *now + draw(4));
    *now = to + draw(3);
    let value = |draw: &mut dyn FnMut(u64) -> u64| draw(3) as u8;
    let sees = match draw(4) {
        0 => Sees::Anything,
        1 => Sees::Other(value(draw)),
        _ => Sees::Just(value(draw)),
    };
    let leaves = (draw(2) == 0).then(|| value(draw));
    operation(from, to, sees, leaves)
}

/// Goes through all orders of all choices of what has happened; each is looked at when it is
/// complete.
fn any_order(first: u8, lanes: &[Vec<Operation<u8>>]) -> bool {
    let all: Vec<(usize, Operation<u8>)> = lanes
        .iter()
        .enumerate()
        .flat_map(|(at, lane)| lane.iter().map(move |o| (at, *o)))
        .collect();
    let doubtful = |set: u32, at: usize| set & 1 << at == 0 || all[at].1.in_doubt;
    let left_out =
        (0..1_u32 << all.len()).filter(|set| (0..all.len()).all(|at| doubtful(*set, at)));
    left_out.into_iter().any(|set| {
        let happened: Vec<_> = (0..all.len()).filter(|at| set & 1 << at == 0).collect();
        permutations(happened).iter().any(|order| explains(first, &all, order))
    })
}

fn permutations(of: Vec<usize>) -> Vec<Vec<usize>> {
    if of.is_empty() {
        return vec![Vec::new()];
    }
    let with_first = |at: usize| {
        let mut rest = of.clone();
        let first = rest.remove(at);
        permutations(rest).into_iter().map(move |order| [vec![first], order].concat())
    };
    (0..of.len()).flat_map(with_first).collect()
}

fn explains(first: u8, all: &[(usize, Operation<u8>)], order: &[usize]) -> bool {
    let is_before = |a: usize, b: usize| {
        let ((lane, one), (other_lane, other)) = (all[a], all[b]);
        one.response < other.invocation || (lane == other_lane && a < b)
    };
    let in_time = (0..order.len())
        .all(|later| (0..later).all(|earlier| !is_before(order[later], order[earlier])));
    let mut holds = first;
    in_time
        && order.iter().all(|at| {
            let Operation { sees, leaves, .. } = all[*at].1;
            let fits = match sees {
                Sees::Anything => true,
                Sees::Just(value) => value == holds,
                Sees::Other(value) => value != holds,
            };
            holds = leaves.unwrap_or(holds);
            fits
        })
}
