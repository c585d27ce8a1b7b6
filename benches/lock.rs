//! Compares forkstep's lock with its peers: free, contended, and handed over.
//!
//! Criterion reports come first, for people. The paired summary at the end is the one to
//! quote: its candidates alternate within one run, and it says which goals are reached.

use std::cell::RefCell;
use std::sync::Mutex;
use std::time::Duration;

use criterion::{BenchmarkGroup, Criterion, measurement::WallTime};
use forkstep::Lock;
use forkstep_benches::contest::Contest;
use forkstep_benches::crew::{Cores, ONE_CORE, TWO_CORES, pin_to};
use forkstep_benches::free;
use forkstep_benches::handoff::Handoff;
use forkstep_benches::locks::BenchLock;
use forkstep_benches::mapping::Apart;
use forkstep_benches::paired::{Candidate, Figure, Series, alternate, quantile};
use forkstep_benches::pthread::PthreadRobust;
use forkstep_benches::spin::Calibration;
use forkstep_benches::summary::{Goal, Section};

type StdMutex = Apart<Mutex<()>>;
type ParkingLot = Apart<parking_lot::Mutex<()>>;

/// How the labels of the peers begin in every section.
const PTHREAD: &str = PthreadRobust::NAME;
const STD: &str = StdMutex::NAME;

/// Calls a generic function for every lock, in the order of the sections.
macro_rules! for_every_lock {
    ($call:ident ( $($argument:expr),* )) => {
        [
            $call::<Lock>($($argument),*),
            $call::<PthreadRobust>($($argument),*),
            $call::<StdMutex>($($argument),*),
            $call::<ParkingLot>($($argument),*),
        ]
    };
}

fn main() {
    // The free measurements run in this thread; the participants pin themselves.
    pin_to(1);
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    report(&mut criterion);
    criterion.final_summary();
    // `cargo bench` passes this flag; a run that only lists or tests the benches has none.
    if std::env::args().any(|argument| argument == "--bench") {
        summarize();
    }
}

fn report(criterion: &mut Criterion) {
    let mut free = criterion.benchmark_group("lock, free");
    for_every_lock!(report_free(&mut free));
    free.finish();
    let mut contest = criterion.benchmark_group("lock, two participants on one counter");
    contest.sample_size(20);
    for_every_lock!(report_contest(&mut contest));
}

fn report_free<L: BenchLock>(group: &mut BenchmarkGroup<'_, WallTime>) {
    let lock = L::make();
    group.bench_function(L::NAME, |bencher| bencher.iter(|| lock.with(|| ())));
}

/// A contest lasts for a fixed time, so its figure is scaled to the iterations asked for.
fn report_contest<L: BenchLock>(group: &mut BenchmarkGroup<'_, WallTime>) {
    let lock = L::make();
    let contest = Contest { time: Duration::from_millis(10), outside: 0 };
    group.bench_function(name_between::<L>(), |bencher| {
        bencher.iter_custom(|iterations| {
            let figure = contest.run(&lock).figure.value;
            Duration::from_nanos((figure * iterations as f64) as u64)
        });
    });
}

fn summarize() {
    println!("Paired summary: medians of alternating blocks in one run;");
    println!("ratios of the medians, and [lowest .. highest] over the pairs of blocks.");
    summarize_free();
    let goal = goal(PTHREAD, 0.7);
    let contended = "Two participants on one counter, each on a core of its own";
    summarize_contest(contended, Duration::ZERO, &[goal]);
    let roomy = "The same, with 100 ns of work outside the lock after each operation";
    summarize_contest(roomy, Duration::from_nanos(100), &[]);
    let awake = Duration::ZERO;
    summarize_handoff("released at once", "two cores", TWO_CORES, awake);
    summarize_handoff("released at once", "one core", ONE_CORE, awake);
    let asleep = Duration::from_micros(100);
    summarize_handoff("released after 100 us", "two cores", TWO_CORES, asleep);
    summarize_handoff("released after 100 us", "one core", ONE_CORE, asleep);
}

fn summarize_free() {
    fn candidate<L: BenchLock + 'static>() -> Candidate<'static> {
        let lock = L::make();
        Candidate::new(L::NAME, move || free::block(&lock, 100_000))
    }
    let series = alternate(60, for_every_lock!(candidate()).into());
    let goals = [goal(PTHREAD, 0.85), goal(STD, 1.05)];
    print!("{}", section("Free: acquire and release, one process on one core", series, &goals));
}

fn summarize_contest(title: &str, outside: Duration, goals: &[Goal]) {
    fn candidate<L: BenchLock + 'static>(contest: Contest, shares: &Samples) -> Candidate<'_> {
        let lock = L::make();
        Candidate::new(name_between::<L>(), move || {
            let outcome = contest.run(&lock);
            shares.add(L::NAME, &[outcome.slower_share]);
            outcome.figure
        })
    }
    let outside = Calibration::measure().iterations(outside);
    let contest = Contest { time: Duration::from_millis(3), outside };
    let shares = Samples::default();
    let series = alternate(40, for_every_lock!(candidate(contest, &shares)).into());
    print!("{}", section(title, series, goals));
    let shown = shares.each(|of_one| format!("{:.0} %", 100.0 * quantile(of_one, 0.5)));
    println!("  operations of the slower participant, median: {shown}");
}

fn summarize_handoff(pause: &str, place: &str, cores: Cores, before_release: Duration) {
    fn candidate<L: BenchLock + 'static>(handoff: Handoff, trips: &Samples) -> Candidate<'_> {
        Candidate::new(name_between::<L>(), move || {
            let of_block = handoff.run::<L>();
            trips.add(L::NAME, &of_block);
            // The median of a block does not mind a disturbance; on one core each wake waits.
            Figure { value: quantile(&of_block, 0.5), waited: 0.0 }
        })
    }
    let handoff =
        Handoff { cores, before_release: Calibration::measure().iterations(before_release) };
    let trips = Samples::default();
    let series = alternate(8, for_every_lock!(candidate(handoff, &trips)).into());
    let title = format!("Hand-off, round trip of a baton, {place}, {pause}");
    print!("{}", section(&title, series, &[]));
    println!("  p99 ns: {}", trips.each(|of_one| format!("{:.0}", quantile(of_one, 0.99))));
}

fn goal(against: &'static str, at_most: f64) -> Goal {
    Goal { of: Lock::NAME, against, at_most }
}

fn section(title: &str, series: Vec<Series>, goals: &[Goal]) -> Section {
    Section {
        title: title.to_owned(),
        series,
        against: vec![PTHREAD, STD],
        goals: goals.to_vec(),
        ..Section::default()
    }
}

fn name_between<L: BenchLock>() -> String {
    format!("{}, {}", L::NAME, L::BETWEEN.name())
}

/// Collects what the blocks of each candidate give beside their figure.
#[derive(Default)]
struct Samples(RefCell<Vec<(&'static str, Vec<f64>)>>);

impl Samples {
    fn add(&self, name: &'static str, samples: &[f64]) {
        let mut all = self.0.borrow_mut();
        match all.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => known.extend(samples),
            None => all.push((name, samples.to_vec())),
        }
    }

    fn each(&self, shown: impl Fn(&[f64]) -> String) -> String {
        let all = self.0.borrow();
        let texts = all.iter().map(|(name, samples)| format!("{name} {}", shown(samples)));
        texts.collect::<Vec<_>>().join(", ")
    }
}
