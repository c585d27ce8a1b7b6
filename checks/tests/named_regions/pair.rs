//! The pair of examples, a cook and an eater that are programs of their own: either is killed at
//! any moment, again and again; the other goes on, and a new partner joins it.

use std::collections::BTreeMap;
use std::env;
use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::time::Duration;

use forkstep::{Dict, Queue};
use libtest_mimic::Trial;

use crate::dice::{self, Dice};
use crate::names::{left, named, trial_within};
use crate::programs::{Program, spin};

#[path = "../../../core/examples/named_cook.rs"]
#[expect(dead_code, reason = "its main has a table and an end of its own")]
mod named_cook;
#[path = "../../../core/examples/named_eater.rs"]
#[expect(dead_code, reason = "its main has a table and an end of its own")]
mod named_eater;

pub(crate) use named_cook::cook;
pub(crate) use named_eater::eat;

/// How many partners are killed where nothing is said.
const KILLS: u32 = 40;

pub(crate) fn trials() -> Vec<Trial> {
    let limit = Duration::from_secs(60) + kills() * Duration::from_secs(1);
    vec![trial_within("either_of_a_pair_is_killed", limit, either_of_a_pair_is_killed)]
}

fn kills() -> u32 {
    env::var("FORKSTEP_KILLS").map_or(KILLS, |text| text.parse().expect("FORKSTEP_KILLS: a number"))
}

fn either_of_a_pair_is_killed() {
    let seed = dice::seed();
    let name = named("kitchen");
    let (mut dice, mut ledger) = (Dice::new(seed), Ledger::default());
    let mut cook = Cook::start(&name);
    let mut eater = Program::start("eat", &name);
    for _ in 0..kills() {
        // Now and then before the newest partner has come to anything.
        if dice.roll(4) > 0 {
            ledger.note_until(&mut eater, cook.program.pid());
        }
        spin(Duration::from_micros(dice.roll(3000)));
        if dice.roll(2) == 0 {
            ledger.bury_cook(cook);
            cook = Cook::start(&name);
        } else {
            ledger.bury_eater(eater);
            eater = Program::start("eat", &name);
        }
    }
    ledger.note_until(&mut eater, cook.program.pid());
    // The test only opens them: to take the names away is up to the pair.
    let table = Queue::<(u32, u64)>::open(&name).unwrap();
    let tally = Dict::<String, u64>::open(&format!("{name}.tally")).unwrap();
    table.close().unwrap();
    ledger.cooked.insert(cook.program.pid(), cook.finish());
    eater.finish().iter().for_each(|line| ledger.note(line));
    assert!(left().is_empty(), "the last ones clear the table away");
    ledger.judge(seed);
    ledger.compare_with(&tally);
}

/// A cook, and the file that it prints to: nobody need read that for it to go on.
struct Cook {
    program: Program,
    printed: File,
}

impl Cook {
    fn start(name: &str) -> Self {
        let printed = tempfile::tempfile().expect("there is room for a file");
        let copy = printed.try_clone().expect("descriptors are left");
        Self { program: Program::start_into("cook", name, copy), printed }
    }

    fn finish(self) -> u64 {
        self.program.finish();
        cooked(&self.printed)
    }
}

/// How many dishes a cook says that it has put on the table.
fn cooked(mut printed: &File) -> u64 {
    let mut text = String::new();
    printed.rewind().expect("a file can be rewound");
    printed.read_to_string(&mut text).expect("it is text");
    text.lines().filter(|line| line.contains(" has cooked dish ")).count() as u64
}

/// What was cooked and what was eaten.
#[derive(Debug, Default)]
struct Ledger {
    /// How many dishes each cook says that it has cooked.
    cooked: BTreeMap<u32, u64>,
    /// Which dish of each cook comes next.
    next: BTreeMap<u32, u64>,
    eaten: u64,
    /// Dishes that nobody has seen again.
    missing: u64,
    killed_cooks: u64,
    killed_eaters: u64,
}

impl Ledger {
    /// Waits until an eater has eaten a dish of this cook that was not noted yet: both go on.
    fn note_until(&mut self, eater: &mut Program, cook: u32) {
        let before = self.next.get(&cook).copied();
        while self.next.get(&cook).copied() == before {
            let line = eater.line().expect("the eater goes on");
            self.note(&line);
        }
    }

    fn note(&mut self, line: &str) {
        let Some((_, dish)) = line.split_once(" has eaten dish ") else {
            let is_last = line.starts_with("cooked in all") || line.contains(" goes home");
            return assert!(is_last, "{line}");
        };
        let (number, cook) = dish.split_once(" of cook ").expect("an eater names both");
        let (number, cook): (u64, u32) = (number.parse().unwrap(), cook.parse().unwrap());
        let next = self.next.entry(cook).or_default();
        assert!(*next <= number, "dish {number} of cook {cook} came when {next} was next");
        self.missing += number - *next;
        *next = number + 1;
        self.eaten += 1;
    }

    fn bury_cook(&mut self, cook: Cook) {
        let pid = cook.program.pid();
        cook.program.kill();
        self.cooked.insert(pid, cooked(&cook.printed));
        self.killed_cooks += 1;
    }

    fn bury_eater(&mut self, eater: Program) {
        eater.kill().iter().for_each(|line| self.note(line));
        self.killed_eaters += 1;
    }

    /// Nothing was invented, and what is missing died with an eater that had just got it.
    fn judge(&self, seed: u64) {
        for (cook, next) in &self.next {
            let cooked = self.cooked.get(cook).expect("a dish of nobody who ever cooked");
            // One that was killed may have put a dish and not said so.
            assert!(*next <= cooked + 1, "seed {seed}: {next} of {cooked} dishes of cook {cook}");
        }
        let eaten_up_to = |cook| self.next.get(cook).copied().unwrap_or(0);
        let rest = self.cooked.iter().map(|(cook, all)| all.saturating_sub(eaten_up_to(cook)));
        let missing = self.missing + rest.sum::<u64>();
        assert!(missing <= self.killed_eaters, "seed {seed}: {missing} missing: {self:?}");
        let Self { eaten, killed_cooks, killed_eaters, .. } = self;
        println!(
            "seed {seed}: {killed_cooks} cooks and {killed_eaters} eaters killed, {eaten} dishes \
             eaten, {missing} died with their eaters"
        );
    }
}

impl Ledger {
    /// What was said of a dish was counted before; who was killed may have counted and not said so.
    fn compare_with(&self, tally: &Dict<String, u64>) {
        let count = |key| tally.get(key).unwrap().unwrap_or(0);
        let cooked = self.cooked.values().sum::<u64>();
        for (key, said, killed) in
            [("cooked", cooked, self.killed_cooks), ("eaten", self.eaten, self.killed_eaters)]
        {
            let counted = count(key);
            assert!((said..=said + killed).contains(&counted), "{key}: {counted} for {said}");
        }
        assert!(self.cooked.contains_key(&(count("cook") as u32)), "a cook that was never started");
    }
}
