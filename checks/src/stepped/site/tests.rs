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
