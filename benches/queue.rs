//! Compares forkstep's queue with its peers: by items, capacities, participants, and to and fro.
//!
//! Criterion reports come first, for people. The paired summary at the end is the one to
//! quote: its candidates alternate within one run, and it says which goals are reached.

use std::time::Duration;

use criterion::{BenchmarkGroup, Criterion, measurement::WallTime};
use forkstep::Queue;
use forkstep_benches::crew::pin_to;
use forkstep_benches::flow::Flow;
use forkstep_benches::lineup::Lineup;
use forkstep_benches::paired::{Candidate, alternate, fit};
use forkstep_benches::python::{self, Case};
use forkstep_benches::queues::{
    BenchQueue, Crossbeam, IpcBytes, IpcNumbers, Pipe, PosixQueue, QueueOfBytes, SocketPair,
    SyncChannel,
};
use forkstep_benches::summary::{Goal, Section};
use forkstep_benches::{ping_pong, round_trip};

const ONE_TO_ONE: Flow = Flow { producers: 1, consumers: 1, capacity: CAPACITY };
const CAPACITY: usize = 1024;
const KIB: usize = 1024;

/// How the labels of forkstep and of the peers with a goal begin.
const OURS: &str = "forkstep::Queue";
const OURS_BATCHED: &str = "forkstep::Queue, batched";
const OURS_JOINABLE: &str = "forkstep::JoinableQueue";
const CROSSBEAM: &str = "crossbeam bounded";
const IPC: &str = "ipc-channel";
const PIPE: &str = "pipe";
const PING_PONG: &str = "cache line";

/// Rounds of the sections that have goals, and of the others.
const ROUNDS: usize = 40;
const FEWER: usize = 10;

fn main() {
    // Threads and processes pin themselves; what runs between the blocks stays on one core.
    pin_to(1);
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1))
        .sample_size(20)
        .configure_from_args();
    let mut group = criterion.benchmark_group("queue, 8 bytes, 1 to 1, capacity 1024");
    report::<Queue<u64>>(&mut group);
    report::<Crossbeam<u64>>(&mut group);
    report::<SyncChannel<u64>>(&mut group);
    report::<IpcNumbers>(&mut group);
    report::<Pipe>(&mut group);
    group.finish();
    criterion.final_summary();
    // `cargo bench` passes this flag; a run that only lists or tests the benches has none.
    if std::env::args().any(|argument| argument == "--bench") {
        summarize();
    }
}

/// A run sends a few items more than the iterations asked for, so its figure is scaled to them.
fn report<Q: BenchQueue<8>>(group: &mut BenchmarkGroup<'_, WallTime>) {
    let queue = Q::make(CAPACITY).expect("a queue");
    group.bench_function(queue.label(), |bencher| {
        bencher.iter_custom(|iterations| {
            let figure = ONE_TO_ONE.run(&queue, iterations).value;
            Duration::from_nanos((figure * iterations as f64) as u64)
        });
    });
}

fn summarize() {
    println!("Paired summary: medians of alternating blocks in one run;");
    println!("ratios of the medians, and [lowest .. highest] over the pairs of blocks.");
    let mut goals = String::new();
    let mut show = |section: Section| {
        print!("{section}");
        let verdicts = section.verdicts().into_iter();
        goals.extend(verdicts.map(|verdict| format!("\n  {}: {verdict}", section.title)));
    };
    show(numbers());
    show(joinable());
    show(kibibytes());
    show(long_items());
    show(to_and_fro());
    [1, 3].into_iter().for_each(|capacity| show(short(capacity)));
    [2, 4].into_iter().for_each(|each| show(crowd(each)));
    println!("\nGoals of the design{goals}");
}

fn numbers() -> Section {
    let lineup = Lineup::<8>::new(ONE_TO_ONE)
        .with::<Queue<u64>>()
        .with::<Crossbeam<u64>>()
        .with::<SyncChannel<u64>>()
        .with::<IpcNumbers>()
        .with::<Pipe>()
        .with::<SocketPair>()
        .with::<PosixQueue>();
    #[cfg(feature = "iceoryx2")]
    let lineup = lineup.with::<forkstep_benches::queues::Iceoryx>();
    let mut section = lineup.measure(ROUNDS);
    add_python(&mut section, python::QUEUE, ONE_TO_ONE, 8, 3);
    section.against = vec![CROSSBEAM, IPC, python::QUEUE];
    section.goals = vec![
        goal(OURS, CROSSBEAM, 1.0),
        goal(OURS_BATCHED, CROSSBEAM, 0.3),
        goal(OURS, IPC, 0.05),
        goal(OURS, python::QUEUE, 0.006),
    ];
    section
}

/// Each producer joins at its end, and its wait counts.
fn joinable() -> Section {
    let mut section = Section {
        title: "JoinableQueue, put .. join: 8 bytes, 1 to 1, capacity 1024".to_owned(),
        ..Section::default()
    };
    add_python(&mut section, python::JOINABLE_QUEUE, ONE_TO_ONE, 8, 3);
    section.goals = vec![goal(OURS_JOINABLE, python::JOINABLE_QUEUE, 0.02)];
    section
}

fn kibibytes() -> Section {
    let lineup = Lineup::<KIB>::new(ONE_TO_ONE)
        .with::<QueueOfBytes>()
        .with::<Crossbeam<[u8; KIB]>>()
        .with::<SyncChannel<[u8; KIB]>>()
        .with::<IpcBytes>()
        .with::<Pipe>()
        .with::<SocketPair>()
        .with::<PosixQueue>();
    #[cfg(feature = "iceoryx2")]
    let lineup = lineup.with::<forkstep_benches::queues::Iceoryx>();
    let mut section = lineup.measure(ROUNDS);
    add_python(&mut section, python::QUEUE, ONE_TO_ONE, KIB, 1);
    section.against = vec![CROSSBEAM, PIPE];
    section.goals = vec![goal(OURS, CROSSBEAM, 1.0), goal(OURS, PIPE, 0.2)];
    section
}

fn long_items() -> Section {
    let lineup = Lineup::<{ 64 * KIB }>::new(ONE_TO_ONE)
        .with::<QueueOfBytes>()
        .with::<Crossbeam<Box<[u8]>>>()
        .with::<IpcBytes>()
        .with::<Pipe>()
        .with::<SocketPair>()
        .with::<PosixQueue>();
    let mut section = lineup.measure(FEWER);
    section.remarks.push("crossbeam passes boxes: a copy in, none out".to_owned());
    section.against = vec![CROSSBEAM, PIPE];
    section
}

fn short(capacity: usize) -> Section {
    let lineup = Lineup::<8>::new(Flow { capacity, ..ONE_TO_ONE })
        .with::<Queue<u64>>()
        .with::<Crossbeam<u64>>()
        .with::<SyncChannel<u64>>()
        .with::<PosixQueue>();
    Section { against: vec![CROSSBEAM], ..lineup.measure(FEWER) }
}

fn crowd(each: usize) -> Section {
    let flow = Flow { producers: each, consumers: each, ..ONE_TO_ONE };
    let lineup = Lineup::<8>::new(flow)
        .with::<Queue<u64>>()
        .with::<Crossbeam<u64>>()
        .with::<SyncChannel<u64>>()
        .with::<Pipe>()
        .with::<SocketPair>()
        .with::<PosixQueue>();
    let mut section = lineup.measure(FEWER);
    add_python(&mut section, python::QUEUE, flow, 8, 1);
    section.against = vec![CROSSBEAM, PIPE, python::QUEUE];
    section
}

fn to_and_fro() -> Section {
    fn candidate<'a, Q: BenchQueue<8> + 'a>() -> Candidate<'a> {
        round_trip::candidate::<Q>(CAPACITY).expect("two queues")
    }
    let trips = fit(64, ping_pong::block);
    let candidates = vec![
        candidate::<Queue<u64>>(),
        Candidate::new(format!("{PING_PONG}, processes"), || ping_pong::block(trips)),
        candidate::<Crossbeam<u64>>(),
        candidate::<Pipe>(),
    ];
    Section {
        title: "8 bytes to and fro through two queues".to_owned(),
        series: alternate(ROUNDS, candidates),
        against: vec![PING_PONG, CROSSBEAM],
        goals: vec![goal(OURS, PING_PONG, 1.5)],
        ..Section::default()
    }
}

fn goal(of: &'static str, against: &'static str, at_most: f64) -> Goal {
    Goal { of, against, at_most }
}

fn add_python(section: &mut Section, kind: &'static str, flow: Flow, len: usize, runs: usize) {
    let case = Case { kind, flow, len, items: 20_000 };
    match case.measure(runs) {
        Ok((series, version)) => {
            section.series.push(series);
            section
                .remarks
                .push(format!("CPython {version}, measured apart from the others, {runs}x"));
        }
        Err(why) => section.absent.push((kind.to_owned(), why)),
    }
}
