//! Values that are corrupted: any bytes are one, so all that can come of it is wrong data.

use forkstep::{NameError, Named, Value};

use super::session::{PATIENCE, Session};
use super::specimen::Specimen;

/// Longer than a word, so that it has a turn and two copies.
type Long = [u64; 5];

impl Specimen for Value<Long> {
    fn make(name: &str, size: u8) -> Result<Named<Self>, NameError> {
        Self::create(name, [size.into(); 5])
    }

    fn open(name: &str) -> Result<Named<Self>, NameError> {
        Self::open(name)
    }

    fn fill(&self) {
        self.set([7; 5]).expect("nothing is corrupt yet");
    }

    fn exercise(&self, session: &mut Session<'_>) {
        let mut held = None;
        while let Some(next) = session.next() {
            let number = u64::from(next.argument);
            match next.operation % 8 {
                0 | 1 => {
                    let value = self.get();
                    session.count_if_wrong(value.iter().any(|part| *part != value[0]));
                }
                2 | 3 => held = session.note(self.lock_timeout(PATIENCE)),
                4 => held = session.note(self.try_lock()),
                5 => {
                    if let Some(guard) = &mut held {
                        session.note(guard.set([number; 5]));
                    }
                }
                6 => {
                    if let Some(guard) = &mut held {
                        session.note(guard.update(|value| value.map(|n| n.wrapping_add(1))));
                    }
                }
                _ => held = None,
            }
        }
        drop(held);
    }
}
