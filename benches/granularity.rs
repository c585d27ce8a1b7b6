//! Lesson L11: the more work under the lock, the slower; and `join` is the coarsest lock.
//!
//! Two processes on two cores do the same tasks in four ways. The picture and the table show
//! tasks per second over the share of each task that needs the lock, beside two bounds.

use std::path::Path;
use std::time::Duration;

use forkstep::Lock;
use forkstep_benches::paired::{Candidate, Series, alternate};
use forkstep_benches::picture::{Curve, Picture};
use forkstep_benches::spin::Calibration;
use forkstep_benches::tasks::{Tasks, Way, amdahl, one_lock_bound};

const TASK: Duration = Duration::from_micros(4);
const TASKS_OF_EACH_PROCESS: u64 = 400;
const ROUNDS: usize = 12;
const PERCENT: [u32; 7] = [0, 10, 25, 50, 75, 90, 100];
const WAYS: [(Way, &str); 4] = [
    (Way::PerClass, "one lock per ticket class (4)"),
    (Way::Fine, "fine lock: only the share"),
    (Way::Coarse, "coarse lock: the whole task"),
    (Way::Join, "join: one process after another"),
];

fn main() {
    let tasks =
        Tasks { each: TASKS_OF_EACH_PROCESS, work: Calibration::measure().iterations(TASK) };
    let series = PERCENT.map(|percent| measure(tasks, percent));
    let points = series.each_ref().map(|ways| ways.each_ref().map(Series::median));
    let curves = WAYS.iter().enumerate().map(|(way, (_, label))| Curve {
        label,
        bound: false,
        points: PERCENT.iter().zip(&points).map(|(&p, at)| (f64::from(p), at[way])).collect(),
    });
    let mut curves: Vec<Curve<'_>> = curves.collect();
    let alone = one_process(&points);
    curves.push(bound("computed, one lock: min(2, 1/s)", alone, one_lock_bound));
    curves.push(bound("computed, Amdahl: 1/(s + (1-s)/2)", alone, amdahl));
    print_table(&curves);
    let disturbed: usize = series.iter().flatten().map(|one| one.disturbed).sum();
    let blocks = 2 * ROUNDS * WAYS.len() * PERCENT.len();
    println!("blocks that something else disturbed at every try: {disturbed} of {blocks}");

    // Cargo names target/tmp to benches; the pictures stand beside it.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("a target directory");
    let path = target.join("forkstep").join("granularity.svg");
    let picture = Picture {
        title: "Throughput of two processes over the share of work under the lock",
        subtitle: &format!("tasks of {} us, forkstep::Lock, two cores", TASK.as_micros()),
        curves: &curves,
    };
    picture.draw(&path).expect("a picture");
    println!("picture: {}", path.display());
}

/// Measures the throughput of every way, the ways alternating.
fn measure(tasks: Tasks, percent: u32) -> [Series; WAYS.len()] {
    let share = f64::from(percent) / 100.0;
    let candidates =
        WAYS.map(|(way, label)| Candidate::new(label, move || tasks.run::<Lock>(way, share)));
    let series = alternate(ROUNDS, candidates.into());
    series.try_into().expect("a series for each way")
}

/// The bounds are speed-ups of what one process does at a time, which `join` measures.
fn one_process(points: &[[f64; WAYS.len()]]) -> f64 {
    let join = WAYS.iter().position(|(way, _)| *way == Way::Join).expect("join is measured");
    points.iter().map(|at| at[join]).sum::<f64>() / points.len() as f64
}

fn bound(label: &'static str, alone: f64, speed_up: fn(f64) -> f64) -> Curve<'static> {
    let at = |percent: u32| (f64::from(percent), alone * speed_up(f64::from(percent) / 100.0));
    Curve { label, bound: true, points: (0..=100).step_by(5).map(at).collect() }
}

fn print_table(curves: &[Curve<'_>]) {
    println!("Throughput in thousand tasks/s over the share of a task under the lock");
    print!("{:<34}", "");
    PERCENT.iter().for_each(|percent| print!("{percent:>6} %"));
    for curve in curves {
        print!("\n{:<34}", curve.label);
        let measured = curve.points.iter().filter(|(x, _)| PERCENT.contains(&(*x as u32)));
        measured.for_each(|(_, throughput)| print!("{:>8.1}", throughput / 1e3));
    }
    println!(
        "\nA lock beats Amdahl where one process works outside while the other one is inside."
    );
}
