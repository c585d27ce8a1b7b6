//! The tables of the bench `stepped`.
//!
//! Rates are those of one core: the tracer and all participants take turns on it. The load average
//! stands above, for who quotes a figure.

#![allow(unsafe_code, reason = "forks a process that stands still")]

use std::time::{Duration, Instant};

use forkstep_benches::crew::pin_to;
use forkstep_checks::ptrace::{self, Running, State, Stopped};
use forkstep_checks::report::Verdict;
use forkstep_checks::stepped::scenarios::scenarios;
use forkstep_checks::stepped::{
    Figures, Limits, Machine, Report, Scenario, Strategy, explore, kill::kill,
};
use nix::unistd::{ForkResult, fork};

/// Schedules a second that are asked for, and that are aimed at.
const SCHEDULES: [f64; 2] = [1_000.0, 5_000.0];
/// Kills a second that are asked for.
const KILLS: f64 = 300.0;
/// How many schedules are drawn.
const DRAWN: u64 = 5_000;
/// How often the parts of a step are done for their mean.
const TIMES: u32 = 20_000;
/// How many processes are forked and killed.
const PROCESSES: u32 = 500;
/// How many machines are set up.
const MACHINES: u32 = 10;

/// Measures and prints all tables.
pub(crate) fn print() {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("Stepped processes; load average before: {}", load.trim_end());
    let walked = walks();
    let explored = explorations();
    kills();
    parts(&walked, &explored);
}

/// Random walks over the scenario `lock`, each from its beginning to its end.
fn walks() -> Report {
    println!("\nSchedules to their end, drawn, scenario lock");
    let strategy = Strategy::Random { seed: 1, schedules: Some(DRAWN) };
    let report = run(&scenario("lock"), strategy);
    let rate = report.figures.executions as f64 / report.elapsed.as_secs_f64();
    row("schedules a second", rate);
    let [least, aim] = SCHEDULES.map(|goal| rate / goal);
    println!("  goal: {least:.2}x of 1,000, {aim:.2}x of 5,000");
    row("steps a schedule", report.figures.steps as f64 / report.figures.executions as f64);
    row("us a step", micros(report.elapsed) / report.figures.steps as f64);
    report
}

/// All schedules up to two preemptions: of `lock`, and of each scenario of the queue.
fn explorations() -> Report {
    println!("\nAll schedules up to 2 preemptions");
    println!("  {:<20}{:>8}{:>12}{:>12}{:>12}", "", "ms", "schedules", "a second", "steps/s");
    let is_a_queue = |name: &str| name == "queue" || name.starts_with("queue-");
    let queues = scenarios().into_iter().filter(|scenario| is_a_queue(scenario.name()));
    for scenario in queues {
        explored(&scenario);
    }
    explored(&scenario("lock"))
}

fn explored(scenario: &Scenario) -> Report {
    let report = run(scenario, Strategy::Bounded);
    assert_eq!(report.verdict, Verdict::Holds, "{scenario:?}");
    let Figures { executions, cut, steps, .. } = report.figures;
    let (seconds, all) = (report.elapsed.as_secs_f64(), (executions + cut) as f64);
    let (rate, steps) = (all / seconds, steps as f64 / seconds);
    let name = scenario.name();
    println!("  {name:<20}{:>8.0}{all:>12.0}{rate:>12.0}{steps:>12.0}", seconds * 1e3);
    report
}

/// Kills at every class of deaths of `lock`.
fn kills() {
    println!("\nKills, scenario lock");
    let killed = kill(&scenario("lock"), None, &mut |_| ());
    let report = killed.expect("processes can be stepped").report;
    assert_eq!(report.verdict, Verdict::Holds, "survivors go on");
    let rate = report.figures.crashes as f64 / report.elapsed.as_secs_f64();
    row("kills a second", rate);
    println!("  goal: {:.2}x of 300", rate / KILLS);
}

/// What a step is spent on, as far as that can be measured from outside.
fn parts(walked: &Report, explored: &Report) {
    println!("\nParts, us");
    let machine = machine();
    let [walked, explored] = [walked, explored]
        .map(|report| (micros(report.elapsed) - machine).max(0.0) / report.figures.steps as f64);
    pin_to(1);
    let (stop, process) = (stop(), fork_and_kill());
    row("a machine: the set-up and all participants, once", machine);
    row("a step of a walk: no save, one return a schedule", walked);
    row("a step of an exploration: saves and returns", explored);
    row("of these, saving and returning", explored - walked);
    row("a stop: a single step of a tracee", stop);
    row("fork, first stop, kill", process);
}

fn machine() -> f64 {
    let scenario = scenario("lock");
    let start = Instant::now();
    for _ in 0..MACHINES {
        drop(Machine::new(&scenario).expect("processes can be stepped"));
    }
    micros(start.elapsed()) / f64::from(MACHINES)
}

fn stop() -> f64 {
    let mut process = standing();
    let start = Instant::now();
    for _ in 0..TIMES {
        process = stopped(process.step().expect("it is there"));
    }
    let elapsed = start.elapsed();
    process.kill();
    micros(elapsed) / f64::from(TIMES)
}

fn fork_and_kill() -> f64 {
    let start = Instant::now();
    (0..PROCESSES).for_each(|_| standing().kill());
    micros(start.elapsed()) / f64::from(PROCESSES)
}

/// A process that stands still before it does anything.
fn standing() -> Stopped {
    // SAFETY: this process has one thread.
    match unsafe { fork() }.expect("a process") {
        ForkResult::Parent { child } => stopped(Running::new(child)),
        ForkResult::Child => {
            ptrace::let_be_traced().expect("it is traced by nobody");
            loop {
                std::hint::spin_loop();
            }
        }
    }
}

fn stopped(process: Running) -> Stopped {
    match process.wait() {
        State::Stopped(process) => process,
        gone => panic!("it does not end by itself: {gone:?}"),
    }
}

fn run(scenario: &Scenario, strategy: Strategy) -> Report {
    explore(scenario, &Limits::default(), strategy, &mut |_| ()).expect("processes can be stepped")
}

fn scenario(name: &str) -> Scenario {
    let found = scenarios().into_iter().find(|scenario| scenario.name() == name);
    found.expect("it is one of them")
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn row(label: &str, figure: f64) {
    println!("  {label:<52}{figure:>10.1}");
}
