//! Instructions at shared memory: what is said of them, and whether they do the same when moved.

#![allow(unsafe_code, reason = "executes the instructions, at memory of its own")]

mod execution;
mod table;

use super::*;
use execution::{Area, Ground, State};
use table::{Case, cases};

/// The arithmetic flags, and none of the others.
const FLAGS: u64 = 0x8d5;
/// What can be seen of a flags register: those, and the direction.
const SEEN: u64 = FLAGS | DIRECTION;

#[test]
fn uses_are_told_with_address_and_length() {
    for case in cases() {
        let ground = Ground::new(1 << 16);
        let state = case.state(&ground, 0);
        let decoded = Decoded::new(case.code, ground.original()).expect("an instruction");
        let uses = decoded.uses(&state.general);
        let mut told: Vec<_> =
            uses.iter().map(|used| (used.access, used.address, used.len)).collect();
        let place = |(access, area, offset, len): &(Access, Area, i64, u64)| {
            (*access, ground.address(*area).wrapping_add_signed(*offset), *len)
        };
        let mut expected: Vec<_> = case.uses.iter().map(place).collect();
        told.sort_by_key(|(_, address, _)| *address);
        expected.sort_by_key(|(_, address, _)| *address);
        assert_eq!(told, expected, "{}", case.text);
    }
}

#[test]
fn moved_instructions_do_the_same_elsewhere() {
    let mut executed = 0;
    for distance in [1 << 29, -(1 << 29), 1 << 16] {
        let mut ground = Ground::new(distance);
        for case in cases().iter().filter(|case| case.can_run()) {
            for flags in [0, FLAGS] {
                assert_same(&mut ground, case, flags);
                executed += 1;
            }
        }
    }
    assert!(executed > 300, "{executed}");
}

fn assert_same(ground: &mut Ground, case: &Case, flags: u64) {
    let what = format!("{} with flags {flags:#x}", case.text);
    let state = case.state(ground, flags);
    let decoded = Decoded::new(case.code, ground.original()).expect("an instruction");
    let here = ground.address(Area::Here);
    let shared = |used: &Use| (here..here + execution::AREA as u64).contains(&used.address);
    let chosen: Vec<_> = decoded.uses(&state.general).into_iter().filter(shared).collect();
    let moved =
        decoded.moved(ground.distance(), &chosen, ground.elsewhere(), false).expect("movable");

    ground.fill();
    ground.put_original(case.code, case.then);
    let (mut original, before) = (state, ground.content(Area::Here));
    ground.run(ground.original(), &mut original);
    let (after, private) = (ground.content(Area::Here), ground.content(Area::Private));

    ground.fill();
    ground.put_elsewhere(&moved);
    let mut again = state;
    ground.run(ground.elsewhere(), &mut again);
    assert_eq!(ground.content(Area::Here), before, "{what}: the first place is touched");
    assert_eq!(ground.content(Area::There), after, "{what}: the second place differs");
    assert_eq!(ground.content(Area::Private), private, "{what}: private memory differs");
    assert_eq!(values(&again), values(&original), "{what}: registers differ");
}

/// All registers that an instruction can change.
fn values(state: &State) -> ([u64; 17], [[u8; 16]; 2]) {
    let r = &state.general;
    let general = [
        r.rax, r.rbx, r.rcx, r.rdx, r.rsi, r.rdi, r.rbp, r.rsp, r.r8, r.r9, r.r10, r.r11, r.r12,
        r.r13, r.r14, r.r15,
    ];
    let mut all = [r.eflags & SEEN; 17];
    all[..16].copy_from_slice(&general);
    (all, state.vectors)
}

#[test]
fn what_cannot_be_moved_is_refused() {
    for (text, code) in table::refused() {
        let decoded = Decoded::new(code, 0x1000).expect("an instruction");
        let error = decoded.moved(1 << 29, &[], 0x2000, false).expect_err(text);
        assert!(error.contains("is not understood at shared memory"), "{text}: {error}");
    }
}

#[test]
fn an_address_without_access_is_no_use() {
    for (text, code) in table::unused() {
        let ground = Ground::new(1 << 16);
        let state = State::new(&ground);
        let decoded = Decoded::new(code, 0x1000).expect("an instruction");
        assert_eq!(decoded.uses(&state.general), [], "{text}");
    }
}
