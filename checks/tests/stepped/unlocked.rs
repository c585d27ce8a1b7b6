//! An instruction that reads memory and writes it, without a lock prefix, is two steps.

#![allow(unsafe_code, reason = "the instruction itself is what is tested")]

use std::arch::asm;
use std::num::NonZeroUsize;
use std::ptr::NonNull;

use forkstep_checks::report::Verdict;
use forkstep_checks::stepped::{Limits, Log, Scenario, Strategy, explore};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;
use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("an_unlocked_addition_is_lost", || additions(Verdict::Violated, unlocked)),
        trial("a_locked_addition_is_not_lost", || additions(Verdict::Holds, locked)),
    ]
}

fn unlocked(number: NonNull<u64>) {
    // SAFETY: the number lies in a mapping that is writable, in the participant's eyes.
    unsafe { asm!("add qword ptr [{}], 1", in(reg) number.as_ptr()) };
}

fn locked(number: NonNull<u64>) {
    // SAFETY: as for the unlocked one.
    unsafe { asm!("lock add qword ptr [{}], 1", in(reg) number.as_ptr()) };
}

fn additions(expected: Verdict, add: fn(NonNull<u64>)) {
    let set_up = || {
        let page = NonZeroUsize::new(4096).expect("not zero");
        let rights = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: a new mapping at an address of the kernel's choice aliases nothing. It stays
        // until this process ends.
        let page = unsafe { mmap_anonymous(None, page, rights, MapFlags::MAP_SHARED) };
        page.expect("memory").cast::<u64>()
    };
    let run = move |number: &NonNull<u64>, log: &Log<'_>| log.call("add", || add(*number));
    let scenario = Scenario::builder("additions", set_up)
        .participant("adder", run)
        .participant("adder", run)
        .afterwards(|number, log| {
            // SAFETY: the mapping is there, and nobody else is.
            let sum = unsafe { number.read_volatile() };
            if sum != 2 {
                log.fail(&format!("two additions make {sum}"));
            }
        })
        .build();
    for preemptions in [Some(1), None] {
        let limits = Limits { preemptions, ..Limits::default() };
        let report = explore(&scenario, &limits, Strategy::Bounded, &mut |_| ());
        assert_eq!(report.expect("explored").verdict, expected);
    }
}
