//! Queues that are corrupted.

use forkstep::{NameError, Named, Queue};

use super::datum::Datum;
use super::session::{PATIENCE, Session};
use super::specimen::Specimen;

impl Specimen for Queue<Datum> {
    fn make(name: &str, size: u8) -> Result<Named<Self>, NameError> {
        let bytes = [128, 512, 2048, 16_384][usize::from(size % 4)];
        Self::create_with_capacity(name, 1 + usize::from(size) / 4, bytes)
    }

    fn open(name: &str) -> Result<Named<Self>, NameError> {
        Self::open(name)
    }

    fn fill(&self) {
        // As many go in as there is room for, and a few come out: positions other than 0.
        let put = (0..40).take_while(|n| self.try_put(&Datum::new(*n)).is_ok()).count();
        for _ in 0..put / 3 {
            self.try_get().expect("it was put");
        }
    }

    fn exercise(&self, session: &mut Session<'_>) {
        while let Some(next) = session.next() {
            let datum = Datum::new(next.argument);
            let many = || (0..next.argument % 20).map(Datum::new).collect::<Vec<_>>();
            match next.operation % 14 {
                0 => drop(session.note(self.put_timeout(&datum, PATIENCE))),
                1 => drop(
                    session.note(self.put_many_timeout(&many(), PATIENCE).map_err(|e| e.error)),
                ),
                2 => drop(session.note(self.put_bytes_timeout(b"no datum", PATIENCE))),
                3 | 4 => session.judge(self.get_timeout(PATIENCE)),
                5 => drop(session.note(self.get_bytes_timeout(PATIENCE))),
                6 | 7 => {
                    let drained = self.drain_timeout(usize::from(next.argument), PATIENCE);
                    for datum in session.note(drained).into_iter().flatten() {
                        session.judge(datum);
                    }
                }
                8 if session.may_wait_long() => drop(session.note(self.try_put(&datum))),
                9 if session.may_wait_long() => session.judge(self.try_get()),
                10 if session.may_wait_long() => {
                    for datum in session
                        .note(self.try_drain(usize::from(next.argument)))
                        .into_iter()
                        .flatten()
                    {
                        session.judge(datum);
                    }
                }
                11 if session.may_wait_long() && next.argument % 4 == 0 => {
                    session.note(self.close());
                }
                _ => {
                    let seen = (self.len(), self.is_empty(), self.is_full(), self.is_closed());
                    std::hint::black_box(format!("{self:?} {seen:?}"));
                }
            }
        }
    }
}
