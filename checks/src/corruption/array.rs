//! Arrays that are corrupted.

use forkstep::array::Guard;
use forkstep::{Array, NameError, Named};

use super::session::{PATIENCE, Session};
use super::specimen::Specimen;

/// Two words and a part of one.
type Element = [u8; 20];

impl Specimen for Array<Element> {
    fn make(name: &str, size: u8) -> Result<Named<Self>, NameError> {
        Self::create(name, 1 + usize::from(size), [1; 20])
    }

    fn open(name: &str) -> Result<Named<Self>, NameError> {
        Self::open(name)
    }

    fn fill(&self) {
        self.set(0, [7; 20]).expect("nothing is corrupt yet");
    }

    fn exercise(&self, session: &mut Session<'_>) {
        let is_wrong = |element: Element| element.iter().any(|byte| *byte != element[0]);
        let mut held: Option<Guard<'_, Element>> = None;
        while let Some(next) = session.next() {
            let index = usize::from(next.argument) % (self.len() + 1);
            match next.operation % 8 {
                0 => {
                    if let Some(element) = session.note(self.get(index)) {
                        session.count_if_wrong(is_wrong(element));
                    }
                }
                1 => self.iter().for_each(|element| session.count_if_wrong(is_wrong(element))),
                2 => drop(session.note(self.copy_to_slice(index, &mut [[0; 20]; 3]))),
                3 => held = session.note(self.lock_timeout(PATIENCE)),
                4 => held = session.note(self.try_lock()),
                5 => {
                    if let Some(guard) = &mut held {
                        session.note(guard.set(index, [9; 20]));
                    }
                }
                6 => {
                    if let Some(guard) = &mut held {
                        session.note(guard.copy_from_slice(index, &[[3; 20]; 2]));
                    }
                }
                _ => held = None,
            }
        }
        drop(held);
    }
}
