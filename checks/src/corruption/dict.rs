//! Dicts that are corrupted.

use forkstep::{Dict, NameError, Named};

use super::datum::Datum;
use super::session::{PATIENCE, Session};
use super::specimen::Specimen;

/// Keys run from 0 to below this.
const KEYS: u16 = 24;

/// More than the pairs that any of the dicts has room for.
const MOST_PAIRS: usize = 1 << 16;

impl Specimen for Dict<u16, Datum> {
    fn make(name: &str, size: u8) -> Result<Named<Self>, NameError> {
        let bytes = [256, 1024, 4096, 65_536][usize::from(size % 4)];
        Self::builder(bytes).shards([1, 1, 2, 4][usize::from(size / 4 % 4)]).seed(7).create(name)
    }

    fn open(name: &str) -> Result<Named<Self>, NameError> {
        Self::open(name)
    }

    fn fill(&self) {
        for key in 0..KEYS {
            // A small one becomes full.
            let _ = self.insert(&key, &Datum::new(key));
        }
        self.remove(&3).expect("nothing is corrupt yet");
    }

    fn exercise(&self, session: &mut Session<'_>) {
        let dict = self.with_timeout(PATIENCE);
        while let Some(next) = session.next() {
            let key = next.argument % KEYS;
            let datum = Datum::new(next.argument);
            match next.operation % 16 {
                0..3 => session.judge_some(dict.get(&key)),
                3..6 => drop(session.note(dict.insert(&key, &datum))),
                6 => drop(session.note(dict.remove(&key))),
                7 => session.judge_some(dict.take(&key)),
                8 => drop(session.note(dict.contains_key(&key))),
                9 => session.judge(dict.update(&key, |old| old.unwrap_or(datum))),
                10 => session.judge(dict.get_or_insert_with(&key, || datum)),
                11 => drop(session.note(dict.compare_and_set(&key, None, &datum))),
                12 | 13 => {
                    let mut pairs = 0;
                    for pair in dict.iter() {
                        session.judge(pair.map(|(_, datum)| datum));
                        pairs += 1;
                        assert!(pairs < MOST_PAIRS, "the iteration does not end");
                    }
                }
                14 if next.argument % 4 == 0 => drop(session.note(dict.clear())),
                _ => {
                    let seen = (self.len(), self.is_empty());
                    std::hint::black_box(format!("{self:?} {seen:?}"));
                }
            }
        }
    }
}
