//! Compares forkstep's dict with its peers: by what is done, by participants and by lengths.
//!
//! Criterion reports come first, for people. The paired summary at the end is the one to
//! quote: its candidates alternate within one run, and it says which goals are reached.

use std::time::Duration;

use criterion::{BenchmarkGroup, Criterion, measurement::WallTime};
use forkstep::Dict;
use forkstep_benches::accesses::{Accesses, Kind, Trial};
use forkstep_benches::crew::pin_to;
use forkstep_benches::dict_lineup::DictLineup;
use forkstep_benches::dicts::{BenchDict, Bytes, Datum, Lmdb, RwLocked, Sharded};
use forkstep_benches::draws::KEYS;
use forkstep_benches::python::{DictCase, DictSeries, MANAGER_DICT};
use forkstep_benches::summary::{Goal, Section};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// How the labels of forkstep and of the peers with a goal begin.
const OURS: &str = "forkstep::Dict";
const RWLOCK: &str = "RwLock<HashMap>";
const LMDB: &str = "LMDB";

const KINDS: [Kind; 5] = [Kind::Get, Kind::Insert, Kind::Fill, Kind::Update, Kind::Mixed];

/// Rounds of the sections that have goals, and of the others.
const ROUNDS: usize = 12;
const FEWER: usize = 3;

fn main() {
    // Threads and processes pin themselves; what runs between the blocks stays on one core.
    pin_to(1);
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(50))
        .measurement_time(Duration::from_millis(300))
        .sample_size(10)
        .configure_from_args();
    for kind in [Kind::Get, Kind::Insert] {
        let mut group = criterion.benchmark_group(format!("dict, numbers, {}, 1", said(kind)));
        report::<Dict<u64, u64>>(&mut group, kind);
        report::<RwLocked<u64, u64>>(&mut group, kind);
        report::<Sharded<u64, u64>>(&mut group, kind);
        group.finish();
    }
    criterion.final_summary();
    // `cargo bench` passes this flag; a run that only lists or tests the benches has none.
    if std::env::args().any(|argument| argument == "--bench") {
        summarize();
    }
}

fn report<D: BenchDict<u64, u64>>(group: &mut BenchmarkGroup<'_, WallTime>, kind: Kind) {
    let mut trial = Trial::<u64, u64, D>::new(Accesses { kind, participants: 1 }).expect("a dict");
    group.bench_function(D::label(), |bencher| {
        bencher.iter_custom(|iterations| {
            let figure = trial.run(iterations).value;
            Duration::from_nanos((figure * iterations as f64) as u64)
        });
    });
}

fn summarize() {
    println!("Paired summary: medians of alternating blocks in one run;");
    println!("ratios of the medians, and [lowest .. highest] over the pairs of blocks.");
    println!("All dicts are made for {KEYS} keys, and hold as many.");
    let mut goals = String::new();
    let mut show = |section: Section| {
        print!("{section}");
        let verdicts = section.verdicts().into_iter();
        goals.extend(verdicts.map(|verdict| format!("\n  {}: {verdict}", section.title)));
    };
    for participants in [1, 2] {
        sections::<u64, u64>(participants, true).for_each(&mut show);
    }
    for participants in [1, 2] {
        sections::<Bytes<64>, Bytes<256>>(participants, false).for_each(&mut show);
    }
    println!("\nGoals of the design{goals}");
}

/// Measures all kinds with one length of keys and values.
fn sections<K, V>(participants: usize, has_goals: bool) -> impl Iterator<Item = Section>
where
    K: Datum + Serialize,
    V: Datum + Serialize + DeserializeOwned,
{
    let case = DictCase { participants, key_len: K::LEN, value_len: V::LEN, operations: 2000 };
    let python = case.measure(if has_goals { 3 } else { 1 });
    KINDS.into_iter().map(move |kind| {
        let is_goal = has_goals && matches!(kind, Kind::Get | Kind::Insert);
        let lineup = DictLineup::<K, V>::new(Accesses { kind, participants })
            .with::<Dict<K, V>>()
            .with::<RwLocked<K, V>>()
            .with::<Sharded<K, V>>()
            .with::<Lmdb<K, V>>();
        let mut section = lineup.measure(if is_goal { ROUNDS } else { FEWER });
        add_python(&mut section, &python, said(kind));
        let by = if participants == 1 { "one participant" } else { "two at once" };
        section.title = format!("{} -> {} bytes, {} by {by}", K::LEN, V::LEN, said(kind));
        section.against = vec![RWLOCK, LMDB, MANAGER_DICT];
        if is_goal {
            section.goals = vec![goal(MANAGER_DICT, 0.004), goal(RWLOCK, 1.5)];
        }
        section
    })
}

/// What the tables and the script call a kind.
fn said(kind: Kind) -> &'static str {
    match kind {
        Kind::Get => "get",
        Kind::Insert => "insert",
        Kind::Fill => "fill",
        Kind::Update => "update",
        Kind::Mixed => "mixed",
    }
}

fn goal(against: &'static str, at_most: f64) -> Goal {
    Goal { of: OURS, against, at_most }
}

fn add_python(section: &mut Section, python: &Result<DictSeries, String>, kind: &str) {
    let series = python.as_ref().map_err(Clone::clone).and_then(|python| {
        let series = python.of(kind).ok_or_else(|| format!("no figure for {kind}"))?;
        Ok((series, &python.version))
    });
    match series {
        Ok((series, version)) => {
            let remark = format!("CPython {version}, measured apart from the others");
            section.remarks.push(remark);
            section.series.push(series);
        }
        Err(why) => section.absent.push((MANAGER_DICT.to_owned(), why)),
    }
}
