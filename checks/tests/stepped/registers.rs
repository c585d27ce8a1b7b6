//! What participants keep in registers and on their stacks is theirs in every schedule, whether the
//! schedule is run from the start or by going back.

#![allow(unsafe_code, reason = "keeps values in chosen registers between accesses")]

use std::arch::asm;
use std::collections::BTreeMap;
use std::ptr::NonNull;

use forkstep::Region;
use forkstep::atomic::AtomicU64;
use forkstep_checks::stepped::{
    Choice, Explorer, History, Limits, Log, Machine, Outcome, Scenario, Sight,
};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("registers_and_stacks_are_put_back", registers_and_stacks_are_put_back)]
}

/// Schedules of two participants of four steps: 8 over 4.
const SCHEDULES: u64 = 70;

/// A number, and what keeps it mapped.
struct Shared {
    number: NonNull<AtomicU64>,
    _region: Region,
}

fn shared() -> Shared {
    let region = Region::anonymous(64).expect("memory");
    let number = NonNull::from(region.place_ref(AtomicU64::new(3)).expect("room"));
    Shared { number, _region: region }
}

/// Reads the number and writes a greater one, twice. All that is learnt on the way is kept in both
/// halves of two vector registers, in a general one, in the flags, and on the stack.
fn keep(number: NonNull<AtomicU64>, step: u64) -> [u64; 5] {
    let mut stack = [step; 64];
    let (low, high, sum, carry): (u64, u64, u64, u64);
    // SAFETY: reads and writes the number, which is mapped, and the array; names all registers
    // that it changes.
    unsafe {
        asm!(
            "movq xmm9, {step}", "punpcklqdq xmm9, xmm9", "movdqa xmm14, xmm9",
            "xor {sum:e}, {sum:e}",
            "mov {read}, [{number}]",
            "movq xmm10, {read}", "paddq xmm9, xmm10", "psllq xmm9, 3", "paddq xmm14, xmm9",
            "add [{stack} + 256], {read}", "add {sum}, {read}", "add {read}, {step}",
            "bt {read}, 1",
            "mov [{number}], {read}",
            // The flag has come over the write.
            "setc {carry:l}", "movzx {carry:e}, {carry:l}",
            "mov {read}, [{number}]",
            "movq xmm10, {read}", "pslldq xmm10, 8", "paddq xmm9, xmm10", "psllq xmm9, 2",
            "paddq xmm14, xmm9", "add [{stack} + 256], {read}", "lea {sum}, [{sum}*8 + {read}]",
            "add {read}, {step}",
            "mov [{number}], {read}",
            "movhlps xmm9, xmm14", "movq {read}, xmm9",
            "movq {step}, xmm14",
            number = in(reg) number.as_ptr(), stack = in(reg) stack.as_mut_ptr(),
            step = inout(reg) step => low, read = out(reg) high, sum = out(reg) sum,
            carry = out(reg) carry, out("xmm9") _, out("xmm10") _, out("xmm14") _,
            options(nostack),
        );
    }
    [low, high, sum, carry, stack.iter().sum()]
}

fn keepers() -> Scenario {
    let keeper = |step: u64| {
        move |shared: &Shared, log: &Log<'_>| {
            log.call("keep", || keep(shared.number, step));
        }
    };
    Scenario::builder("keepers", shared)
        .participant("one", keeper(1))
        .participant("seven", keeper(7))
        .build()
}

/// What both said, by what was chosen.
type Answers = BTreeMap<Vec<Choice>, Vec<Option<String>>>;

fn answers(machine: &Machine<'_>) -> (Vec<Choice>, Vec<Option<String>>) {
    let History { mut calls, .. } = machine.history();
    calls.sort_by_key(|call| call.participant);
    assert_eq!(machine.wrong(), None);
    (machine.choices().to_vec(), calls.into_iter().map(|call| call.answer).collect())
}

/// Goes back from each schedule to the next.
fn explored(scenario: &Scenario) -> Answers {
    let mut machine = Machine::new(scenario).expect("a machine");
    let limits = Limits { preemptions: None, reduction: false, ..Limits::default() };
    let mut explorer = Explorer::new(&mut machine, limits);
    let mut all = Answers::new();
    let outcome = explorer.run(&mut |sight| {
        if let Sight::Leaf(machine) = sight {
            all.extend([answers(machine)]);
        }
    });
    assert_eq!(outcome, Ok(Outcome::Holds));
    assert_eq!(explorer.figures().executions, SCHEDULES);
    all
}

/// Runs each schedule by a machine of its own.
fn run_anew(scenario: &Scenario) -> Answers {
    let (mut all, mut untried) = (Answers::new(), vec![Vec::new()]);
    while let Some(choices) = untried.pop() {
        let mut machine = Machine::new(scenario).expect("a machine");
        choices.iter().for_each(|choice| machine.take(*choice));
        while !machine.is_over() {
            let [first, second] =
                [0, 1].map(Choice::Step).map(|step| machine.can(step).then_some(step));
            let next = first.or(second).expect("somebody can go on");
            if let (Some(_), Some(other)) = (first, second) {
                untried.push([machine.choices(), &[other]].concat());
            }
            machine.take(next);
        }
        all.extend([answers(&machine)]);
    }
    all
}

fn registers_and_stacks_are_put_back() {
    let scenario = keepers();
    let (explored, anew) = (explored(&scenario), run_anew(&scenario));
    assert_eq!(explored.len() as u64, SCHEDULES);
    assert_eq!(explored, anew);
    let different: std::collections::BTreeSet<_> = anew.values().collect();
    println!("{} schedules, {} different answers", anew.len(), different.len());
    assert!(different.len() > 10, "the schedules can hardly be told apart: {different:?}");
}
