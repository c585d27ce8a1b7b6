//! What chance finds: a scenario that fails, explored, and then run free for the same processor
//! time, and for ten seconds.
//!
//! ```text
//! cargo run --release -p forkstep-checks --example chance [SCENARIO]
//! ```

#[cfg(target_arch = "x86_64")]
fn main() -> Result<(), String> {
    use std::time::{Duration, Instant};

    use forkstep_checks::stepped::scenarios::scenarios;
    use forkstep_checks::stepped::{Limits, Strategy, explore, stress};

    let name = std::env::args().nth(1).unwrap_or_else(|| "tickets-naive".to_owned());
    let scenario = scenarios().into_iter().find(|one| one.name() == name);
    let scenario = scenario.ok_or("`forkstep scenarios` lists the names")?;
    let start = Instant::now();
    let report = explore(&scenario, &Limits::default(), Strategy::Bounded, &mut |_| ())?;
    let taken = start.elapsed();
    match &report.counterexample {
        Some(found) => println!(
            "explored: wrong in schedule {}, with {} preemptions, {:.1} ms: {}",
            report.figures.executions + report.figures.cut,
            found.preemptions,
            taken.as_secs_f64() * 1e3,
            found.wrong
        ),
        None => println!("explored: {:?}", report.verdict),
    }
    for time in [taken, Duration::from_secs(10)] {
        let done = stress(&scenario, time)?;
        let seconds = done.processor_time.as_secs_f64();
        println!("free: {} of {} runs wrong in {seconds:.3} s", done.wrong, done.runs);
    }
    Ok(())
}

#[cfg(not(target_arch = "x86_64"))]
fn main() {
    println!("processes are stepped on x86-64 Linux alone");
}
