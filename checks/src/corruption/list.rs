//! Lists that are corrupted.

use forkstep::{List, NameError, Named};

use super::datum::Datum;
use super::session::{PATIENCE, Session};
use super::specimen::Specimen;

/// More than the values that any of the lists has room for.
const MOST_VALUES: usize = 1 << 16;

impl Specimen for List<Datum> {
    fn make(name: &str, size: u8) -> Result<Named<Self>, NameError> {
        Self::create(name, [256, 1024, 4096, 16_384][usize::from(size % 4)])
    }

    fn open(name: &str) -> Result<Named<Self>, NameError> {
        Self::open(name)
    }

    fn fill(&self) {
        (0..20).take_while(|n| self.append(&Datum::new(*n)).is_ok()).for_each(drop);
        self.pop().expect("nothing is corrupt yet");
    }

    fn exercise(&self, session: &mut Session<'_>) {
        let list = self.with_timeout(PATIENCE);
        while let Some(next) = session.next() {
            let place = usize::from(next.argument % 20);
            let datum = Datum::new(next.argument);
            match next.operation % 12 {
                0..3 => session.judge_some(list.get(place)),
                3 | 4 => drop(session.note(list.append(&datum))),
                5 => drop(session.note(list.set(place, &datum))),
                6 | 7 => session.judge_some(list.pop()),
                8 | 9 => {
                    let mut values = 0;
                    for value in list.iter() {
                        session.judge(value);
                        values += 1;
                        assert!(values < MOST_VALUES, "the iteration does not end");
                    }
                }
                10 if next.argument % 4 == 0 => drop(session.note(list.clear())),
                _ => {
                    let seen = (self.len(), self.is_empty());
                    std::hint::black_box(format!("{self:?} {seen:?}"));
                }
            }
        }
    }
}
