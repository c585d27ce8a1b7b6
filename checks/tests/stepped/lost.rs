//! What a participant may not do is said, and nothing hangs.

use forkstep::Value;
use forkstep_checks::report::Verdict;
use forkstep_checks::stepped::{Limits, Log, Machine, Report, Scenario, Strategy, explore};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("who_comes_to_no_step_is_killed", who_comes_to_no_step_is_killed),
        trial("a_panic_is_told", a_panic_is_told),
        trial("a_fault_is_told", a_fault_is_told),
        trial("a_call_that_blocks_is_killed", a_call_that_blocks_is_killed),
        trial("a_process_with_threads_is_refused", a_process_with_threads_is_refused),
        trial("a_scenario_without_shared_memory_is_refused", nothing_shared_is_refused),
    ]
}

fn alone(program: impl Fn(&Value<u64>, &Log<'_>) + 'static) -> Scenario {
    let set_up = || Value::new(0_u64).expect("memory");
    Scenario::builder("alone", set_up).participant("P0", program).build()
}

fn run(scenario: &Scenario) -> Report {
    let report = explore(scenario, &Limits::default(), Strategy::Bounded, &mut |_| ());
    let report = report.expect("explored");
    assert_eq!(report.verdict, Verdict::Violated);
    report
}

fn wrong(scenario: &Scenario) -> String {
    run(scenario).counterexample.expect("a counterexample").wrong
}

fn who_comes_to_no_step_is_killed() {
    let told = wrong(&alone(|_, _| {
        loop {
            std::hint::spin_loop();
        }
    }));
    assert_eq!(told, "P0: it comes to no step for 10 s");
}

fn a_panic_is_told() {
    let told = wrong(&alone(|number, _| assert_eq!(number.get(), 7, "as it should be")));
    assert!(told.contains("as it should be") && told.contains("panicked at"), "{told}");
}

fn a_fault_is_told() {
    let told = wrong(&alone(|number, _| {
        let nowhere = std::hint::black_box(number.get() as usize + 16) as *const u64;
        // What is read there is what is tested: nothing.
        #[allow(unsafe_code, reason = "a fault is what is tested")]
        // SAFETY: there is none: the participant is to fault.
        let _ = std::hint::black_box(unsafe { nowhere.read_volatile() });
    }));
    assert_eq!(told, "P0: SIGSEGV: it uses memory that is not mapped, at 0x10");
}

fn a_call_that_blocks_is_killed() {
    let told = wrong(&alone(|_, _| {
        let (mut reader, _writer) = std::io::pipe().expect("a pipe");
        let _ = std::io::Read::read(&mut reader, &mut [0]);
    }));
    let read = libc::SYS_read;
    assert_eq!(told, format!("P0: system call {read} does not return for 10 s"));
}

fn a_process_with_threads_is_refused() {
    let scenario = alone(|_, _| ());
    let (sender, receiver) = std::sync::mpsc::channel::<()>();
    let thread = std::thread::spawn(move || receiver.recv());
    let error = Machine::new(&scenario).expect_err("refused");
    assert_eq!(error, "stepping forks: this process has 2 threads, and one is accepted");
    drop(sender);
    let _ = thread.join();
}

fn nothing_shared_is_refused() {
    let scenario = Scenario::builder("private", || 7_u64).participant("P0", |_, _| ()).build();
    let error = Machine::new(&scenario).expect_err("refused");
    assert_eq!(error, "the set-up of private makes no shared memory");
}
