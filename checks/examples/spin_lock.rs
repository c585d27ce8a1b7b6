//! A spin lock of one's own, with a bug and without: how another crate describes its protocol.
//!
//! Two processes take a lock and add to a number, each by reading it and then writing it. The lock
//! with the bug looks whether it is free and takes it in a second step, so that both can get in,
//! and an addition is lost. All schedules of both are explored, up to two preemptions.

#[cfg(target_arch = "x86_64")]
mod scenario {
    use std::hint::spin_loop;

    use forkstep::atomic::{AtomicU32, Ordering};
    use forkstep::{Offset, Region};
    use forkstep_checks::stepped::{Log, Scenario, SequentialSpec, Word};

    /// A word that is 1 while somebody has the lock, and a number that it guards.
    struct Counter {
        region: Region,
        lock: Offset<AtomicU32>,
        number: Offset<AtomicU32>,
    }

    type Acquire = fn(&AtomicU32);

    /// The bug: between the look and the store another one can come.
    fn test_then_set(lock: &AtomicU32) {
        while lock.load(Ordering::Relaxed) == 1 {
            spin_loop();
        }
        lock.store(1, Ordering::Release);
    }

    /// Mended: one step looks and stores.
    fn test_and_set(lock: &AtomicU32) {
        while lock.swap(1, Ordering::Acquire) == 1 {
            while lock.load(Ordering::Relaxed) == 1 {
                spin_loop();
            }
        }
    }

    impl Counter {
        fn new() -> Self {
            let region = Region::anonymous(2 * size_of::<AtomicU32>()).expect("memory");
            let place = || region.place(AtomicU32::new(0)).expect("room");
            let (lock, number) = (place(), place());
            Self { region, lock, number }
        }

        fn word(&self, word: Offset<AtomicU32>) -> &AtomicU32 {
            self.region.get(word).expect("it was placed there")
        }

        /// Adds one and answers the sum.
        fn add(&self, acquire: Acquire) -> u32 {
            acquire(self.word(self.lock));
            let sum = self.word(self.number).load(Ordering::Relaxed) + 1;
            self.word(self.number).store(sum, Ordering::Relaxed);
            self.word(self.lock).store(0, Ordering::Release);
            sum
        }

        /// What a timeline calls the words.
        fn words(&self) -> Vec<Word> {
            let words = [("lock", self.lock), ("number", self.number)];
            let named = words.map(|(name, word)| Word {
                name: name.to_owned(),
                address: std::ptr::from_ref(self.word(word)).addr() as u64,
                len: size_of::<AtomicU32>() as u64,
            });
            named.into()
        }
    }

    /// What additions do one at a time: no two of them answer the same sum.
    struct OneAtATime;

    impl SequentialSpec for OneAtATime {
        type State = u32;
        type Operation = String;
        type Answer = u32;

        fn start(&self) -> u32 {
            0
        }

        fn apply(&self, number: &u32, _participant: usize, _add: &String) -> Vec<(u32, u32)> {
            vec![(number + 1, number + 1)]
        }
    }

    fn of(name: &str, acquire: Acquire) -> forkstep_checks::stepped::Builder<Counter> {
        let add = move |counter: &Counter, log: &Log<'_>| {
            log.call("add", || counter.add(acquire));
        };
        Scenario::builder(name, Counter::new)
            .operations(2)
            .participant("P0", add)
            .participant("P1", add)
            .afterwards(|counter, log| match counter.word(counter.number).load(Ordering::Relaxed) {
                2 => {}
                sum => log.fail(&format!("two additions make {sum}")),
            })
            .words(Counter::words)
            .specified(OneAtATime)
    }

    /// Both: the one with the bug, and the mended one.
    pub(super) fn both() -> [Scenario; 2] {
        let bug = of("spin-lock", test_then_set)
            .shows("a spin lock that looks first and takes the lock in a second step")
            .fails();
        let mended = of("spin-lock-mended", test_and_set)
            .shows("a spin lock that looks and takes the lock in one step");
        [bug, mended].map(|builder| builder.build())
    }
}

/// Explores a scenario, and says whether what it shows was found as expected.
#[cfg(target_arch = "x86_64")]
fn is_as_expected(scenario: &forkstep_checks::stepped::Scenario) -> Result<bool, String> {
    use forkstep_checks::report::Verdict;
    use forkstep_checks::stepped::{Expect, Limits, Strategy, explore};

    let limits = Limits { preemptions: Some(2), ..Limits::default() };
    let report = explore(scenario, &limits, Strategy::Bounded, &mut |_| ())?;
    let (name, executions) = (scenario.name(), report.figures.executions);
    match (&report.counterexample, scenario.expect()) {
        (Some(found), expected) => {
            let preemptions = found.preemptions;
            let how = format!("after {executions} executions, with {preemptions} preemptions");
            println!("{name}: {how}: {}", found.wrong);
            Ok(expected == Expect::Fails)
        }
        (None, expected) => {
            println!("{name}: {executions} executions, {}: {:?}", report.bound, report.verdict);
            Ok(expected == Expect::Holds && report.verdict == Verdict::Holds)
        }
    }
}

#[cfg(target_arch = "x86_64")]
fn main() -> Result<(), String> {
    for scenario in scenario::both() {
        if !is_as_expected(&scenario)? {
            return Err(format!("{}, and {:?} was expected", scenario.name(), scenario.expect()));
        }
    }
    Ok(())
}

#[cfg(not(target_arch = "x86_64"))]
fn main() {
    println!("processes are stepped on x86-64 alone");
}
