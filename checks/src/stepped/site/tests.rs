#![allow(unsafe_code, reason = "reads its own registers and its own stack")]

use forkstep::Value;

use super::Sites;

const FILE: &str = "checks/src/stepped/site/tests.rs";

const BEFORE: u32 = line!();
#[inline(never)]
fn a_function_of_this_test(number: &Value<u64>) -> u64 {
    number.get() + 1
}
const BEHIND: u32 = line!();

fn sites() -> Sites {
    Sites::of_this_program().expect("the kernel says where the program lies")
}

#[test]
fn a_function_of_the_test_is_found() {
    let at = a_function_of_this_test as *const () as usize as u64;
    let sites = sites();
    let site = sites.find(at, 0).expect("it is in the program");
    // Optimised, its first instruction may be that of any of its lines.
    assert!((BEFORE..BEHIND).contains(&site.line), "{site:?}");
    assert_eq!(site.to_string(), format!("{FILE}:{}", site.line));
    assert!(site.function.ends_with("a_function_of_this_test"), "{site:?}");
    assert!(sites.is_own(at));
    assert_eq!(sites.find(at, 0), Some(site), "it is kept");
}

/// Each instruction of a function that reads a value is told to be forkstep's or the test's.
#[test]
fn what_is_inlined_is_told_by_who_asked_for_it() {
    let start = a_function_of_this_test as *const () as usize as u64;
    let sites = sites();
    let files: Vec<_> =
        (start..start + 16).filter_map(|at| Some(sites.find(at, 0)?.file.clone())).collect();
    assert!(files.iter().all(|file| !file.starts_with("core/src/sys/")), "{files:?}");
    assert!(files.iter().all(|file| !file.starts_with("library/")), "{files:?}");
}

#[test]
fn outside_the_program_the_caller_is_told() {
    let (sites, caller) = (sites(), a_function_of_this_test as *const () as usize as u64);
    let memcpy = libc::memcpy as *const () as usize as u64;
    assert_eq!(sites.find(memcpy, 0), None);
    let site = sites.find(memcpy, caller + 1).expect("the caller is in the program");
    assert!(site.function.ends_with("a_function_of_this_test"), "{site:?}");
    assert!(!sites.is_own(memcpy));
}

/// What a tracer would find if it stopped this process here.
#[inline(never)]
fn registers() -> (libc::user_regs_struct, Vec<u64>) {
    // SAFETY: registers are plain numbers, of which zero is one.
    let mut registers: libc::user_regs_struct = unsafe { std::mem::zeroed() };
    // SAFETY: reads registers and changes nothing that the compiler counts on.
    unsafe {
        std::arch::asm!(
            "lea {rip}, [rip]",
            "mov {rsp}, rsp",
            "mov {rbp}, rbp",
            "mov {rbx}, rbx",
            rip = out(reg) registers.rip,
            rsp = out(reg) registers.rsp,
            rbp = out(reg) registers.rbp,
            rbx = out(reg) registers.rbx,
            options(nomem, nostack, preserves_flags),
        );
    }
    // The stack goes on above: the callers of the test have more than this there.
    let words = (0..256).map(|n| (registers.rsp as *const u64).wrapping_add(n));
    // SAFETY: those are words of this thread's stack, aligned, which it alone writes.
    let stack = words.map(|word| unsafe { word.read() }).collect();
    (registers, stack)
}

#[inline(never)]
fn a_caller() -> (libc::user_regs_struct, Vec<u64>) {
    std::hint::black_box(registers())
}

#[test]
fn callers_are_found_from_registers_and_stack() {
    let (found, sites) = (a_caller(), sites());
    let (registers, stack) = &found;
    let read = |at: u64| stack.get(at.checked_sub(registers.rsp)? as usize / 8).copied();
    let innermost = super::Frame::innermost(registers);
    let caller = sites.caller(innermost, &read).expect("it was called");
    let site = sites.find(caller.at - 1, 0).expect("it is in the program");
    assert!(site.function.ends_with("a_caller"), "{site:?}");
    let caller = sites.caller(caller, &read).expect("that was called, too");
    let site = sites.find(caller.at - 1, 0).expect("it is in the program");
    assert!(site.function.contains("callers_are_found"), "{site:?}");
    assert_eq!(sites.own_caller(registers, read), 0, "it stands in a function of its own");
}
