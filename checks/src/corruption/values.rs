//! Values and arrays that are corrupted.
//!
//! What is long has its words repeated, so that half of one can be told. `set` and `update` outside
//! of a guard wait for the lock for as long as somebody has it; so they are not used.

use forkstep::{Array, NameError, Named, Value};

use super::session::{PATIENCE, Session};
use super::specimen::Specimen;

/// Three words that are the same.
type Long = [u64; 3];

impl Specimen for Value<Long> {
    fn make(name: &str, _: u8) -> Result<Named<Self>, NameError> {
        Self::create(name, [1; 3])
    }

    fn open(name: &str) -> Result<Named<Self>, NameError> {
        Self::open(name)
    }

    fn fill(&self) {
        self.set([2; 3]).expect("nothing is corrupt yet");
    }

    fn exercise(&self, session: &mut Session<'_>) {
        while let Some(next) = session.next() {
            let long = [u64::from(next.argument); 3];
            match next.operation % 4 {
                0 => session.judge_that(is_whole(self.get())),
                1 => {
                    if let Some(mut guard) = session.note(self.lock_timeout(PATIENCE)) {
                        session.note(guard.set(long));
                        session.judge_that(is_whole(guard.get()));
                    }
                }
                2 => {
                    if let Some(mut guard) = session.note(self.try_lock()) {
                        session.note(guard.set(long));
                    }
                }
                _ => drop(std::hint::black_box(format!("{self:?}"))),
            }
        }
    }
}

fn is_whole(long: Long) -> bool {
    long.iter().all(|word| *word == long[0])
}

/// The longest of the arrays.
const LONGEST: usize = 40;

impl Specimen for Array<u32> {
    fn make(name: &str, size: u8) -> Result<Named<Self>, NameError> {
        Self::create(name, 1 + usize::from(size) % LONGEST, 1)
    }

    fn open(name: &str) -> Result<Named<Self>, NameError> {
        Self::open(name)
    }

    fn fill(&self) {
        self.set(0, 2).expect("nothing is corrupt yet");
    }

    fn exercise(&self, session: &mut Session<'_>) {
        while let Some(next) = session.next() {
            let (at, value) = (usize::from(next.argument) % (LONGEST + 1), next.argument.into());
            match next.operation % 6 {
                0 => drop(session.note(self.get(at))),
                1 => drop(session.note(self.fetch_add(at, value))),
                2 => {
                    if let Some(mut guard) = session.note(self.lock_timeout(PATIENCE)) {
                        session.note(guard.set(at, value));
                        session.note(guard.copy_from_slice(at, &[value; 3]));
                    }
                }
                3 => drop(session.note(self.copy_to_slice(at, &mut [0; 5]))),
                4 => assert!(self.iter().count() <= LONGEST, "more elements than there are"),
                _ => drop(std::hint::black_box(format!("{self:?} {:?}", self.try_lock().is_ok()))),
            }
        }
    }
}
